import ArgumentParser
import Contracts
import Foundation
import Platform
import StrictJSON

struct SetAsideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-aside",
        abstract: "Messages that the broker takes no way: look, and send again.",
        usage: "martctl set-aside list|send [options]",
        discussion: """
            A service sets one of its own messages aside when the broker takes others and not this one: a reply whose address means \
            nothing to it, an event larger than it lets messages be. The rest goes on. Whoever listens lacks an event until it is sent: \
            mend the cause, then send it again. Nobody may be waiting for a reply any more.
            """,
        subcommands: [SetAsideList.self, SetAsideSend.self], defaultSubcommand: SetAsideList.self)
}

struct SetAsideList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What is set aside, and why.", usage: "martctl set-aside list [options]",
        discussion: """
              martctl set-aside list
              martctl set-aside list --service catalog --kind event
              martctl set-aside list --json
            """)

    @OptionGroup var filter: SetAsideFilterOptions

    @Flag(help: "Print JSON, a message per line.")
    var json = false

    @OptionGroup var sides: ReadSideOptions

    func run() async throws {
        try await Failure.reported {
            let messages = try await SetAsideMessage.all(filter.sides(try sides.sides()), filter)
            Terminal.show(json ? messages.map { JSONLine.text($0.write) }.joined() : SetAsideScreen.list(messages))
        }
    }
}

struct SetAsideSend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Has them tried once more.", usage: "martctl set-aside send [<id> …] [options]",
        discussion: """
            Without --yes it only shows what would be sent. What the broker still does not take is set aside again under the same id.

              martctl set-aside send --service catalog --kind event
              martctl set-aside send event-42 --service catalog --yes \\
                --why 'max_message_size was raised'

            Exit code 1 when something is set aside again.
            """)

    @Argument(help: ArgumentHelp("Ids, as `set-aside list` shows them; with --service.", valueName: "id"))
    var ids: [String] = []

    @OptionGroup var filter: SetAsideFilterOptions

    @Flag(help: "Choose everything that is set aside.")
    var all = false

    @Flag(help: "Really do it.")
    var yes = false

    @Option(help: ArgumentHelp("Who decides. (default: your login)", valueName: "name"))
    var by: String?

    @Option(help: ArgumentHelp("The reason; it stays in the books.", valueName: "text"))
    var why: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var sides: ReadSideOptions

    func validate() throws {
        if ids.isEmpty, filter.service == nil, filter.kind == nil, !all {
            throw ValidationError("Which? Name ids, a service, a kind, or --all.")
        }
        if !ids.isEmpty, filter.service == nil { throw ValidationError("Ids are a service's own: name it by --service.") }
        if !ids.isEmpty, all || filter.kind != nil { throw ValidationError("Ids do not go with --kind and --all.") }
        if yes, why == nil { throw ValidationError("--yes needs a reason: --why '…'.") }
    }

    func run() async throws {
        try await Failure.reported {
            let sides = try sides.sides()
            let chosen = try await choose(sides)
            if chosen.isEmpty { throw Failure(.refused, "nothing that is set aside fits") }
            if yes { try await ask(for: chosen) }
            let outcome = yes ? try await SetAsideMessage.wait(for: chosen, sides) : chosen
            Terminal.show(json ? outcome.map { JSONLine.text($0.write) }.joined() : SetAsideScreen.sent(outcome, isDone: yes))
            if yes, outcome.contains(where: { $0.state != "sent" }) { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }

    private func choose(_ sides: ReadSides) async throws -> [SetAsideMessage] {
        let found = try await SetAsideMessage.all(filter.sides(sides), filter).filter { $0.state == "set-aside" }
        if ids.isEmpty { return found }
        if let missing = ids.first(where: { id in !found.contains { $0.id == id } }) {
            throw Failure(.refused, "\(missing) is not set aside at \(filter.service ?? "")")
        }
        return found.filter { ids.contains($0.id) }
    }

    /// The ids that were seen, never the kind: what is set aside in between is nobody's decision yet.
    private func ask(for messages: [SetAsideMessage]) async throws {
        let client = CommandClient(try broker.configuration(), source: "/martctl")
        do {
            try await client.connect(within: broker.patience)
            for service in messages.map(\.service).uniqued() {
                let ours = messages.filter { $0.service == service }
                // A command has at most 64 KiB.
                for start in stride(from: 0, to: ours.count, by: 1000) {
                    let request = SendAgainRequest.with {
                        $0.setAsideIds = ours[start..<min(start + 1000, ours.count)].map(\.id)
                        $0.by = by ?? NSUserName()
                        $0.reason = why ?? ""
                    }
                    let answer = try await client.ask([
                        Request(name: "\(service).send-again", data: FieldWriter.bytes(of: request))
                    ])[0]
                    guard answer.isAccepted else { throw Failure(.refused, "\(service) says no, \(answer.code): \(answer.message)") }
                }
            }
            await client.close()
        } catch {
            await client.close()
            throw error
        }
    }
}

/// Which of the messages set aside are meant.
struct SetAsideFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Those of one service.", valueName: "service"), completion: .list(Platform.names))
    var service: String?

    @Option(help: ArgumentHelp("Those of one kind: event or reply.", valueName: "kind"), completion: .list(["event", "reply"]))
    var kind: String?

    func validate() throws {
        if let service, !Platform.names.contains(service) {
            throw ValidationError("'\(service)' is none of the services: \(Platform.names.joined(separator: ", ")).")
        }
        if let kind, SetAsideKind(rawValue: kind) == nil { throw ValidationError("'\(kind)' is neither event nor reply.") }
    }

    func sides(_ sides: ReadSides) -> [HTTPClient] { sides.all.filter { service == nil || service == $0.service } }

    /// For `/v1/set-aside`.
    var query: String { kind.map { "?kind=\($0)" } ?? "" }
}
