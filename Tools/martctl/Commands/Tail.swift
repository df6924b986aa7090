import ArgumentParser
import Dispatch
import Foundation
import Primitives
import RabbitMQ
import StrictJSON

struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows events as they are published.",
        usage: "martctl tail [pattern …] [options]",
        discussion: """
            Patterns are those of a topic exchange over <service>.<event>.<regency>: * is one word, # any number (a regency is two). \
            Conditions look at the envelope and at its data, into lists too; all of them must hold: = equal, != not, ~ contains, \
            >= and <= at least and at most.

              martctl tail                                  everything
              martctl tail 'catalog.#' 'permits.#'          two services
              martctl tail --regency 53.06                  one mart
              martctl tail --subject s-0001                 one thing
              martctl tail --correlation 0198c7d2-…         what follows from one command
              martctl tail 'consignment.sale-recorded.#' --where 'total>=1000000'
              martctl tail --where lines.productId=p1 --where tender=qris
              martctl tail --json > events.ndjson           a recording, for `audit`
              martctl tail --count 1 'settlement.#'         until the next settlement

            Only what is published while it runs is seen. Ends with Ctrl-C. When the connection to the broker is lost for a while, what is \
            published then is missing: that is said on standard error, and the exit code is 74 in the end.
            """)

    @Argument(help: ArgumentHelp("Patterns of routing keys.", valueName: "pattern"))
    var patterns: [String] = ["#"]

    @Option(help: ArgumentHelp("A condition; may be given several times.", valueName: "field=value"))
    var `where`: [String] = []

    @Option(help: ArgumentHelp("Only events of this regency.", valueName: "code"))
    var regency: String?

    @Option(help: ArgumentHelp("Only events about the thing with this id.", valueName: "id"))
    var subject: String?

    @Option(help: ArgumentHelp("Only events with this correlation id.", valueName: "id"))
    var correlation: String?

    @Flag(help: "Print each event's body on a line (NDJSON).")
    var json = false

    @Option(help: ArgumentHelp("End after so many events.", valueName: "n"))
    var count: Int?

    @OptionGroup var broker: BrokerOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count must be at least 1.") }
    }

    func run() async throws {
        try await Failure.reported {
            let filter = try filter()
            let configuration = try broker.configuration()
            let stream = EventStream(configuration, patterns: patterns) { Terminal.complain("martctl: \($0)") }
            let interrupt = Interrupt { stream.stop() }
            try await stream.connect(within: broker.patience)
            if !json { Terminal.complain("listening to \(patterns.joined(separator: ", ")); Ctrl-C ends") }
            if let alarm = try? await BrokerAlarm.find(configuration) { Terminal.complain("martctl: \(alarm)") }
            var left = count ?? .max
            while left > 0 {
                let events = await stream.next()
                guard let last = events.last else { break }
                let shown = events.filter { filter.passes($0.body) }.prefix(left)
                Terminal.show(shown.map(json ? EventLine.json : EventLine.text).joined())
                stream.acknowledge(through: last)
                left -= shown.count
            }
            await stream.close()
            interrupt.end()
            if stream.holes > 0 {
                let times = stream.holes == 1 ? "once" : "\(stream.holes) times"
                throw Failure(.incomplete, "the connection was lost \(times): events may be missing")
            }
        }
    }

    private func filter() throws -> EventFilter {
        var filter = EventFilter(conditions: try `where`.map(EventFilter.Condition.init))
        for (name, value) in [("regency", regency), ("subject", subject), ("correlationid", correlation)] {
            if let value { filter.conditions.append(.init(name, equals: value)) }
        }
        return filter
    }
}
