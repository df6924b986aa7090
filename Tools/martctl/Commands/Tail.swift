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

            Only what is published while it runs is seen. Ends with Ctrl-C.
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
            let stream = EventStream(try broker.configuration(), patterns: patterns)
            let interrupt = Interrupt { stream.stop() }
            try await stream.connect(within: broker.patience)
            if !json { Terminal.complain("listening to \(patterns.joined(separator: ", ")); Ctrl-C ends") }
            var left = count ?? .max
            while left > 0 {
                let events = await stream.next()
                guard let last = events.last else { break }
                let shown = events.filter { filter.passes($0.body) }.prefix(left)
                Terminal.show(shown.map { (json ? String(decoding: $0.body, as: UTF8.self) : EventLine.text($0)) + "\n" }.joined())
                stream.acknowledge(through: last)
                left -= shown.count
            }
            await stream.close()
            interrupt.end()
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

/// Calls back once for Ctrl-C or SIGTERM, in place of dying.
final class Interrupt {
    private let sources: [any DispatchSourceSignal]

    init(_ body: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler(handler: body)
            source.resume()
            return source
        }
    }

    func end() { for source in sources { source.cancel() } }
}

/// An event in one line for a person: time (WITA), name, regency, subject, and what matters of it.
enum EventLine {
    static func text(_ delivery: Delivery) -> String {
        guard let event = try? JSONDocument(parsing: delivery.body).root, let type = event["type"]?.string else {
            return "? \(delivery.routingKey): no event, \(delivery.bodySize) bytes"
        }
        let time = event["time"]?.string.flatMap(Instant.init)?.witaTime ?? "--:--:--"
        let facts = event["data"].map(facts) ?? ""
        return
            "\(time)  \(pad(MessageLabel.text(type), 30))  \(pad(event["regency"]?.string ?? "", 5))  \(event["subject"]?.string ?? "-")  \(facts)"
    }

    private static func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }

    private static let texts: [StaticString] = [
        "name", "permitKind", "number", "state", "reason", "code", "message", "sellerId", "liability", "tender", "listedUntil",
        "effectiveOn",
    ]

    private static func facts(_ data: JSONValue) -> String {
        var facts: [String] = texts.compactMap { data[$0]?.string }
        if let lines = data["lines"]?.elements, !lines.isEmpty { facts.append(lines.count == 1 ? "1 line" : "\(lines.count) lines") }
        if let quantity = data["quantity"]?.int64 { facts.append("\(quantity) pcs") }
        if let total = data["total"]?.int64 ?? data["price"]?.int64 { facts.append("\(Rupiah(total))") }
        if let totals = data["totals"], let net = totals["net"]?.int64, let share = totals["sellerShare"]?.int64 {
            facts.append("\(Rupiah(net)), to sellers \(Rupiah(share))")
        }
        facts += (data["missingPermits"]?.elements ?? []).compactMap(\.string).map { "missing \($0)" }
        facts += (data["flags"]?.elements ?? []).compactMap(\.string).map { "! \($0)" }
        return facts.joined(separator: " · ")
    }
}
