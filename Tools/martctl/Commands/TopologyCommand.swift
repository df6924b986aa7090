import ArgumentParser
import Messaging
import Platform
import RabbitMQ
import StrictJSON

struct TopologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology",
        abstract: "Exchanges, queues and bindings: the manifest, and how the broker differs.",
        usage: "martctl topology show|diff|apply [options]",
        discussion: """
            The manifest is generated from the services' indexes; every service asserts all of it when it starts.
            """,
        subcommands: [TopologyShow.self, TopologyDiff.self, TopologyApply.self], defaultSubcommand: TopologyDiff.self)
}

struct TopologyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "The manifest.", usage: "martctl topology show [--json]",
        discussion: """
              martctl topology show
              martctl topology show --json | jq '.queues[].name'
            """)

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        Terminal.show(
            json ? JSONLine.text { TopologyScreen.write(Platform.topology, to: &$0) } : TopologyScreen.manifest(Platform.topology))
    }
}

struct TopologyDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "How the broker differs from it, argument by argument.", usage: "martctl topology diff [options]",
        discussion: """
            Nothing is created or changed: what exists is declared once more on throw-away connections, and the broker names what \
            is not equal.

              martctl topology diff
              martctl topology diff --api http://127.0.0.1:15672    bindings too
              martctl topology diff --json

            Exit code 1 when something differs.
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: TopologyOptions

    func run() async throws {
        try await Failure.reported {
            let differences = try await options.differences()
            Terminal.show(
                json
                    ? JSONLine.text { json in
                        json.object { json in
                            json.member("seesBindings", options.seesBindings)
                            json.array("differences", differences) { $1.write(to: &$0) }
                        }
                    } : TopologyScreen.differences(differences, seesBindings: options.seesBindings))
            if !differences.isEmpty { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }
}

struct TopologyApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Declares what is missing, and binds every queue.",
        usage: "martctl topology apply [--yes] [options]",
        discussion: """
            Without --yes it only shows what it would do. Nothing is deleted and no argument changed: of a queue that exists with other \
            arguments, the difference and its cure are shown.

              martctl topology apply
              martctl topology apply --yes

            Exit code 1 when something still differs.
            """)

    @Flag(help: "Really do it.")
    var yes = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: TopologyOptions

    func run() async throws {
        try await Failure.reported {
            let before = try await options.differences()
            let missing = before.filter { $0.what == "existence" }.map(\.object)
            if yes {
                let broker = try options.broker.configuration()
                try await Blocking.run { try Self.declare(missing, on: broker) }
            }
            let after = yes ? try await options.differences() : before
            Terminal.show(json ? JSONLine.text { write(missing, after, to: &$0) } : text(missing, after))
            if !after.isEmpty { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }

    private func text(_ missing: [String], _ after: [TopologyDifference]) -> String {
        let bindings = Platform.topology.queues.reduce(0) { $0 + $1.bindings.count }
        return missing.map { "  \(yes ? "declared" : "would declare") the \($0)\n" }.joined()
            + "  \(yes ? "made sure of" : "would make sure of") \(bindings) bindings\n\n"
            + TopologyScreen.differences(after, seesBindings: options.seesBindings)
            + (yes ? "" : "\n  nothing was done. Do it with --yes\n")
    }

    private func write(_ missing: [String], _ after: [TopologyDifference], to json: inout JSONWriter) {
        json.object { json in
            json.member("dryRun", !yes)
            json.member("declared", missing)
            json.array("differences", after) { $1.write(to: &$0) }
        }
    }

    /// Dead-letter queues come first in the manifest: a dead letter without a route would wait inside its queue.
    private static func declare(_ missing: [String], on broker: RabbitMQConfiguration) throws {
        do throws(RabbitMQError) {
            try SetupChannel.run(on: broker) { channel in
                for exchange in Topology.exchanges where missing.contains("exchange \(exchange)") {
                    try channel.declareExchange(exchange, type: "topic", durable: true)
                }
                for queue in Platform.topology.queues {
                    if missing.contains("queue \(queue.name)") {
                        try channel.declareQueue(queue.name, arguments: queue.arguments.mapValues(\.fieldValue))
                    }
                    for binding in queue.bindings {
                        try channel.bindQueue(queue.name, exchange: binding.exchange, routingKey: binding.routingKey)
                    }
                }
            }
        } catch {
            throw Failure(.unavailable, Connecting.sentence(error))
        }
    }
}
