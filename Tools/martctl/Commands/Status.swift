import ArgumentParser
import StrictJSON

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How the services and their queues stand.",
        usage: "martctl status [options]",
        discussion: """
            sequence is the number of the last event; outbox what has not left yet; in flight what is being worked on; waiting what needs \
            another fact first (a refund its sale); parked what a person must look at.

              martctl status
              martctl status --json | jq '.services[] | {service, ready}'
              watch martctl status

            Exit code 0 when all is ready, 1 when something is not, 69 when the broker or a service cannot be reached.
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var sides: ReadSideOptions

    func run() async throws {
        try await Failure.reported {
            let sides = try sides.sides()
            let configuration = try broker.configuration()
            var screen = StatusScreen(services: await ServiceLook.all(sides), queues: [])
            do {
                screen = StatusScreen(
                    services: screen.services, queues: try await QueueLook.all(configuration),
                    alarm: try await BrokerAlarm.find(configuration))
            } catch let failure as Failure {
                screen.brokerFault = failure.message
            }
            Terminal.show(json ? JSONLine.text(screen.write) : screen.text)
            if screen.isUnreachable { throw ExitCode(Failure.Code.unavailable.rawValue) }
            if !screen.faults.isEmpty { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }
}
