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
            for service in chosen.map(\.service).uniqued() {
                decided += try await decide(command, service, chosen.filter { $0.service == service }, client)
            }
            await client.close()
            if yes, command == "replay-parked" { decided = try await Replayed.wait(for: decided, sides) }
            try report(command, decided)
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

    /// Asks the service; what was chosen and not answered for (over-size messages cannot be replayed) is left out.
    private func decide(
        _ command: String, _ service: String, _ messages: [ParkedMessage], _ client: CommandClient
    ) async throws -> [ParkedMessage] {
        // The ids that were seen, never the filter: what is parked in between is nobody's decision yet.
        let selection = ParkedSelection.with {
            $0.parkedIds = messages.filter { command != "replay-parked" || $0.reason != ParkReason.oversize.rawValue || !ids.isEmpty }.map(
                \.id)
            $0.dryRun = !yes
            $0.by = by ?? NSUserName()
            $0.reason = why ?? "rehearsal"
        }
        let answer = try await client.ask([Request(name: "\(service).\(command)", data: FieldWriter.bytes(of: selection))])[0]
        guard answer.isAccepted else { throw Failure(.refused, "\(service) says no, \(answer.code): \(answer.message)") }
        let done = Set(try JSONDocument(parsing: answer.body).root["data"]?["details"]?.texts("parkedIds") ?? [])
        return messages.filter { done.contains($0.id) }
    }

    private func report(_ command: String, _ messages: [ParkedMessage]) throws {
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
                table.row(message.id, message.reason, yes ? (isReplay ? message.state : "discarded") : message.type)
            }
            let count = "\(messages.count) message\(messages.count == 1 ? "" : "s")"
            let again = messages.count { $0.state == "parked" }
            let verdict =
                if !yes {
                    "\(count) would be \(isReplay ? "tried again" : "given up"); nothing was done. Do it with --yes --why '…'"
                } else if isReplay {
                    "\(count) tried again" + (again > 0 ? ", \(again) parked again: `martctl parked show <id>`" : "")
                } else {
                    "\(count) given up"
                }
            Terminal.show(table.text + "\n\n  \(verdict)\n")
        }
        if yes, isReplay, messages.contains(where: { $0.state == "parked" }) { throw ExitCode(Failure.Code.refused.rawValue) }
    }
}

/// The service answers when it has taken the decision; it handles the messages right after that.
private enum Replayed {
    private static let patience = Duration.seconds(20)

    static func wait(for messages: [ParkedMessage], _ sides: ReadSides) async throws -> [ParkedMessage] {
        let deadline = ContinuousClock.now + patience
        while true {
            var current: [ParkedMessage] = []
            for message in messages {
                current.append(try await ParkedMessage.find(message.id, sides.all.filter { $0.service == message.service }))
            }
            if current.allSatisfy({ $0.state != "replaying" }) { return current }
            if ContinuousClock.now >= deadline {
                throw Failure(.tryAgain, "the service has not tried all of them again within \(patience): `martctl parked list`")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
