import ArgumentParser

/// The operators' and testers' command.
@main
struct Martctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martctl",
        abstract: "Speaks with the NTT Mart platform: sends commands, watches events, runs the demo, audits the books.",
        discussion: """
            Everything goes through messages on the broker and GETs on the services' read sides; martctl has no other way in.

            First steps, on a stack started with `make up`:
              martctl send catalog.open-mart regency=53.06 name='NTT Mart Larantuka' openedOn=2026-02-05
              martctl tail 'catalog.#'
              martctl demo

            Options go before the environment, the environment before defaults:
              AMQP_URL (or AMQP_URL_FILE)   the broker, amqp://guest:guest@127.0.0.1:5672/%2f
              CATALOG_URL, PERMITS_URL,     the read sides, http://127.0.0.1:8101 to 8104
              CONSIGNMENT_URL, SETTLEMENT_URL

            Exit codes: 0 done, accepted, or a duplicate of what was accepted; 1 rejected, or the audit found a difference;
            64 usage; 69 the broker or a service cannot be reached; 75 no answer in time.
            """,
        subcommands: [Send.self, Tail.self, AuditCommand.self, DemoCommand.self])
}
