import ArgumentParser
import Contracts
import Foundation
import Messaging
import StrictJSON

/// What `replay` and `discard` have in common: a choice, a rehearsal, a decision with a name and a reason.
struct ParkedDecision: ParsableArguments {
    @Argument(help: ArgumentHelp("Ids, as `parked list` shows them.", valueName: "id"))
    var ids: [String] = []

    @OptionGroup var filter: ParkedFilterOptions

    @Flag(help: "Choose everything that is parked.")
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
        if ids.isEmpty, filter.isEmpty, !all { throw ValidationError("Which? Name ids, a filter, or --all.") }
        if !ids.isEmpty, all || !filter.isEmpty { throw ValidationError("Ids and filters do not go together.") }
        if yes, why == nil { throw ValidationError("--yes needs a reason: --why '…'.") }
    }

    /// - Parameter command: `replay-parked` or `discard-parked`.
    func run(_ command: String) async throws {
        let sides = try sides.sides()
        let chosen = try await choose(sides)
        if chosen.isEmpty { throw Failure(.refused, "nothing that is parked fits") }
        let client = CommandClient(try broker.configuration(), source: "/martctl")
        do {
            try await client.connect(within: broker.patience)
            var decided: [ParkedMessage] = []
            var refusals: [String] = []
            for service in chosen.map(\.service).uniqued() {
                let messages = chosen.filter { $0.service == service }
                decided += try await decide(command, service, messages, client, &refusals)
            }
            await client.close()
            if yes, command == "replay-parked" { decided = try await Replayed.wait(for: decided, sides) }
            try report(command, decided, refusals)
        } catch {
            await client.close()
            throw error
        }
    }

    private func choose(_ sides: ReadSides) async throws -> [ParkedMessage] {
        if ids.isEmpty { return try await ParkedMessage.all(filter.sides(sides), filter) }
        var chosen: [ParkedMessage] = []
        for id in ids.uniqued() {
            let message = try await ParkedMessage.find(id, sides.all)
            guard message.state == "parked" else { throw Failure(.refused, "\(id) is \(message.state) already") }
            chosen.append(message)
        }
        return chosen
    }

    /// Ids in one command, which is far from the 64 KiB that a command may have.
    private static let idsAtOnce = 500

    /// Asks the service, in as many commands as it takes; what was chosen and not answered for (over-size messages cannot be replayed) is left
    /// out. A command that is refused, because somebody else has decided on one of its messages meanwhile, does not undo the others.
    private func decide(
        _ command: String, _ service: String, _ messages: [ParkedMessage], _ client: CommandClient, _ refusals: inout [String]
    ) async throws -> [ParkedMessage] {
        // The ids that were seen, never the filter: what is parked in between is nobody's decision yet.
        let wanted = messages.filter { command != "replay-parked" || $0.reason != ParkReason.oversize.rawValue || !ids.isEmpty }.map(\.id)
        let requests = stride(from: 0, to: wanted.count, by: Self.idsAtOnce).map { start in
            let selection = ParkedSelection.with {
                $0.parkedIds = Array(wanted[start..<min(start + Self.idsAtOnce, wanted.count)])
                $0.dryRun = !yes
                $0.by = by ?? NSUserName()
                $0.reason = why ?? "rehearsal"
            }
            return Request(name: "\(service).\(command)", data: FieldWriter.bytes(of: selection))
        }
        var done: Set<String> = []
        for answer in try await client.ask(requests) {
            if answer.isAccepted {
                done.formUnion(try JSONDocument(parsing: answer.body).root["data"]?["details"]?.texts("parkedIds") ?? [])
            } else {
                refusals.append("\(service) says no, \(answer.code): \(answer.message)")
            }
        }
        return messages.filter { done.contains($0.id) }
    }

    private func report(_ command: String, _ messages: [ParkedMessage], _ refusals: [String]) throws {
        if messages.isEmpty, let refusal = refusals.first { throw Failure(.refused, refusal) }
        let isReplay = command == "replay-parked"
        if json {
            Terminal.show(
                JSONLine.text { json in
                    json.object { json in
                        json.member("command", command)
                        json.member("dryRun", !yes)
                        json.array("messages", messages) { json, message in message.write(to: &json) }
                    }
                })
        } else {
            var table = Table([.left, .left, .left], header: ["id", "parked for", yes ? "now" : "type"])
            for message in messages {
                table.row(message.id, message.reason, yes ? (isReplay ? message.standing : "discarded") : message.type)
            }
            let count = "\(messages.count) message\(messages.count == 1 ? "" : "s")"
            let again = messages.count { $0.state == "parked" }
            let refused = messages.count { $0.isRefused }
            let verdict =
                if !yes {
                    "\(count) would be \(isReplay ? "tried again" : "given up"); nothing was done. Do it with --yes --why '…'"
                } else if isReplay {
                    "\(count) tried again" + (refused > 0 ? ", \(refused) refused" : "")
                        + (again > 0 ? ", \(again) parked again: `martctl parked show <id>`" : "")
                } else {
                    "\(count) given up"
                }
            var why = ""
            if yes, isReplay {
                for message in messages where message.state == "parked" {
                    why += "\n" + Paragraph.text("\(message.id): \(message.json.text("error"))", indent: 2)
                }
            }
            Terminal.show(table.text + "\n" + why + "\n  \(verdict)\n")
        }
        if let refusal = refusals.first { throw Failure(.refused, refusal) }
        if yes, isReplay, messages.contains(where: { $0.state == "parked" || $0.isRefused }) {
            throw ExitCode(Failure.Code.refused.rawValue)
        }
    }
}

/// The service answers when it has taken the decision; it handles the messages right after that.
private enum Replayed {
    /// How long to wait while none gets tried.
    private static let patience = Duration.seconds(20)

    /// What has become of each, in the order in which they were given, which is that in which a service tries them.
    static func wait(for messages: [ParkedMessage], _ sides: ReadSides) async throws -> [ParkedMessage] {
        var done: [ParkedMessage] = []
        var deadline = ContinuousClock.now + patience
        while done.count < messages.count {
            let next = messages[done.count]
            let now = try await ParkedMessage.find(next.id, sides.all.filter { $0.service == next.service })
            if now.state != "replaying" {
                done.append(now)
                deadline = .now + patience
            } else if ContinuousClock.now >= deadline {
                throw Failure(.tryAgain, "\(next.service) has tried none of them again for \(patience): `martctl parked list`")
            } else {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        return done
    }
}
