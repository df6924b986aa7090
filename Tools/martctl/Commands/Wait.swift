import ArgumentParser
import RabbitMQ
import StrictJSON

struct Wait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Waits until the platform is ready, or quiet.",
        usage: "martctl wait --ready | --quiet [options]",
        discussion: """
            Quiet means: all queues, outboxes and lists of waiting facts are empty and nothing is in flight, at two looks in a row.

              martctl wait --ready --timeout 60
              martctl inject sales.ndjson && martctl wait --quiet
              martctl wait --quiet --ignore-waiting     a refund may wait for a sale that
                                                        never comes

            Exit code 0 when it is so, 75 when the time is over.
            """)

    @Flag(help: "Until every service says that it is ready.")
    var ready = false

    @Flag(help: "Until nothing is on its way any more.")
    var quiet = false

    @Flag(help: "Let facts wait that need another one first.")
    var ignoreWaiting = false

    @Option(help: ArgumentHelp("How many seconds to wait.", valueName: "seconds"))
    var timeout: Double = 60

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var sides: ReadSideOptions

    func validate() throws {
        if !ready, !quiet { throw ValidationError("What for? --ready or --quiet.") }
        if timeout < 0 { throw ValidationError("--timeout must not be negative.") }
    }

    func run() async throws {
        try await Failure.reported {
            let (sides, configuration) = (try sides.sides(), try broker.configuration())
            let start = ContinuousClock.now
            var rest = Rest(ignoresWaiting: ignoreWaiting)
            let line = StatusLine()
            while true {
                let reasons = try await unrest(sides, configuration, &rest)
                let elapsed = ContinuousClock.now - start
                if reasons.isEmpty {
                    line.clear()
                    return report(elapsed)
                }
                if elapsed >= .seconds(timeout) {
                    line.clear()
                    throw Failure(.tryAgain, "after \(elapsed.inWords) still: " + reasons.joined(separator: "; "))
                }
                line.show("\(elapsed.inWords)  \(reasons[0])" + (reasons.count > 1 ? " and \(reasons.count - 1) more" : ""))
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// What there is still to wait for.
    private func unrest(_ sides: ReadSides, _ broker: RabbitMQConfiguration, _ rest: inout Rest) async throws -> [String] {
        let services = await ServiceLook.all(sides)
        var reasons: [String] = []
        if ready {
            reasons += services.compactMap(\.fault)
            for look in services { reasons += look.reasons.map { "\(look.service) is not ready, \($0.code): \($0.message)" } }
        }
        // Where there is something to wait for already, an alarm makes no difference.
        if !reasons.isEmpty, !quiet { return reasons }
        do {
            let unrest = quiet ? rest.unrest(services, try await QueueLook.all(broker)) : []
            if reasons.isEmpty, unrest.isEmpty, let alarm = try await BrokerAlarm.find(broker) { return [alarm] }
            return reasons.isEmpty ? unrest : reasons
        } catch let failure as Failure where failure.code == .unavailable {
            // A broker that is away comes back.
            return reasons + [failure.message]
        }
    }

    private func report(_ elapsed: Duration) {
        let words = [ready ? "ready" : nil, quiet ? "quiet" : nil].compactMap(\.self)
        if json {
            Terminal.show(
                JSONLine.text { json in
                    json.object { json in
                        for word in words {
                            json.key(named: word)
                            json.bool(true)
                        }
                        json.member("milliseconds", Int64(elapsed / .milliseconds(1)))
                    }
                })
        } else {
            Terminal.show("\(words.joined(separator: " and ")) after \(elapsed.inWords)\n")
        }
    }
}
