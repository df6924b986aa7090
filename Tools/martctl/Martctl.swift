public import ArgumentParser
import Foundation

/// The operators' and testers' command. All of it is a library so that tests can reach its parts; `Main` only starts it.
public struct Martctl: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "martctl",
        abstract: "Speaks with the NTT Mart platform: sends, watches, looks after it, audits the books.",
        discussion: """
            Everything goes through messages on the broker and GETs on the services' read sides; only `verify` and `restore` open files, \
            of backups and of services that are stopped.

            First steps, on a stack started with `make up`:
              martctl status
              martctl send catalog.open-mart regency=53.06 name='NTT Mart Larantuka' \\
                openedOn=2026-02-05
              martctl tail 'catalog.#'
              martctl doctor
            On a fresh stack (`make demo` starts one):
              martctl demo

            Options go before the environment, the environment before defaults:
              AMQP_URL (or AMQP_URL_FILE)  the broker,
                                           amqp://guest:guest@127.0.0.1:5672/%2f
              CATALOG_URL, PERMITS_URL,    the read sides,
              CONSIGNMENT_URL,             http://127.0.0.1:8101 to 8104
              SETTLEMENT_URL
              RABBITMQ_API                 the broker's management API, if any
            eval "$(scripts/stack environment var/stack)" sets them.

            Exit codes, of every command:
            \(Failure.Code.table)
            """,
        groupedSubcommands: [
            CommandGroup(name: "Messages", subcommands: [Send.self, Inject.self, Tail.self]),
            CommandGroup(
                name: "State",
                subcommands: [
                    Status.self, Wait.self, Show.self, ParkedCommand.self, SetAsideCommand.self, TopologyCommand.self, DoctorCommand.self,
                    ClockCommand.self,
                ]),
            CommandGroup(name: "Stores", subcommands: [Backup.self, Verify.self, Restore.self, Resync.self]),
            CommandGroup(name: "Books", subcommands: [Reconcile.self, AuditCommand.self, DemoCommand.self]),
        ])

    public init() {}

    /// Runs what the command line asks for and ends the process. As ArgumentParser's own `main`, but that its words, which repeat those of
    /// the command line, are harmless to a terminal too.
    public static func start() async -> Never {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
            Foundation.exit(0)
        } catch {
            let (code, text) = (exitCode(for: error), fullMessage(for: error))
            if !text.isEmpty { if code.isSuccess { Terminal.show(text + "\n") } else { Terminal.explain(text + "\n") } }
            Foundation.exit(code.rawValue)
        }
    }
}
