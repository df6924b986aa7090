import ArgumentParser
import Contracts
import Foundation
import Primitives
import StrictJSON

struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "What time it is for the services, and whether they believe it.",
        usage: "martctl clock show|accept [options]",
        discussion: """
            Business time follows each machine's clock as far as that is believed: up to 60 days forward between two starts, up to a day \
            while running. What is further ahead waits: nothing dated happens until the clock is set right, or a person accepts it.
            """,
        subcommands: [ClockShow.self, ClockAccept.self], defaultSubcommand: ClockShow.self)
}

struct ClockShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "The clocks of the services.", usage: "martctl clock show [options]",
        discussion: """
              martctl clock
              martctl clock show --json

            Exit code 1 when a service does not believe its clock.
            """)

    @Flag(help: "Print JSON, a service per line.")
    var json = false

    @OptionGroup var sides: ReadSideOptions

    func run() async throws {
        try await Failure.reported {
            let (clocks, faults) = await ServiceClock.all(try sides.sides())
            Terminal.show(json ? clocks.map { JSONLine.text($0.write) }.joined() : ServiceClock.table(clocks))
            if !faults.isEmpty { throw Failure(.unavailable, faults.joined(separator: "\n")) }
            let doubting = clocks.filter(\.isDoubted).map(\.service)
            if !doubting.isEmpty {
                throw Failure(.refused, "\(doubting.joined(separator: ", ")): the clock is not believed; martctl doctor says what helps")
            }
        }
    }
}

struct ClockAccept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Has the services believe a clock that is far ahead.",
        usage: "martctl clock accept --reason <text> [--by <name>] [options]",
        discussion: """
            Look at the clocks first: what becomes due by the leap, such as the end of permits, is published and final. Only services that \
            do not believe their clock are asked, and only for the clock that was just seen. Business time never goes back.

              martctl clock
              martctl clock accept --reason 'the shop was closed since August'

            Exit code 1 when a service says no.
            """)

    @Option(help: ArgumentHelp("Why the clock is right; it stays in the books.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("Who says so. (default: your login)", valueName: "name"))
    var by: String?

    @Flag(help: "Print JSON, a service per line.")
    var json = false

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var sides: ReadSideOptions

    func run() async throws {
        try await Failure.reported {
            let sides = try sides.sides()
            // Who does not answer keeps nobody else waiting.
            let (found, faults) = await ServiceClock.all(sides)
            let doubted = found.filter(\.isDoubted)
            if doubted.isEmpty {
                if !faults.isEmpty { throw Failure(.unavailable, faults.joined(separator: "\n")) }
                if !json { Terminal.show("  every service believes its clock: there is nothing to accept\n") }
                return
            }
            let client = CommandClient(try broker.configuration(), source: "/martctl")
            let answers: [Answer]
            do {
                try await client.connect(within: broker.patience)
                answers = try await client.ask(doubted.map(request))
                await client.close()
            } catch {
                await client.close()
                throw error
            }
            let refusals = zip(doubted, answers).filter { !$1.isAccepted }.map { "\($0.service) says no, \($1.code): \($1.message)" }
            let accepted = zip(doubted, answers).filter { $1.isAccepted }.map(\.0.service)
            let clocks = await ServiceClock.all(sides).clocks.filter { accepted.contains($0.service) }
            Terminal.show(json ? clocks.map { JSONLine.text($0.write) }.joined() : clocks.isEmpty ? "" : ServiceClock.table(clocks))
            if !refusals.isEmpty { throw Failure(.refused, (refusals + faults).joined(separator: "\n")) }
            if !faults.isEmpty { throw Failure(.unavailable, faults.joined(separator: "\n")) }
        }
    }

    private func request(_ clock: ServiceClock) -> Request {
        let acceptance = ClockAcceptance.with {
            $0.by = by ?? NSUserName()
            $0.reason = reason
            $0.time = clock.system
        }
        return Request(name: "\(clock.service).accept-clock", data: FieldWriter.bytes(of: acceptance))
    }
}

/// How one service's clock stands.
struct ServiceClock: Sendable {
    let service: String
    let business: Instant
    let system: Instant
    let verdict: String
    /// Nothing dated happens there.
    var isDoubted: Bool { ["ahead", "unknown", "store-ahead"].contains(verdict) }

    /// And why there is none of the others.
    static func all(_ sides: ReadSides) async -> (clocks: [ServiceClock], faults: [String]) {
        var clocks: [ServiceClock] = []
        var faults: [String] = []
        for side in sides.all {
            do {
                let clock = try await side.get("/v1/diagnosis")["clock"]
                guard let clock, let business = clock.instant("businessNow"), let system = clock.instant("time"),
                    let verdict = clock["verdict"]?.string
                else {
                    faults.append("\(side.service) does not say how its clock stands: it is older than this martctl")
                    continue
                }
                clocks.append(ServiceClock(service: side.service, business: business, system: system, verdict: verdict))
            } catch {
                faults.append("\(error)")
            }
        }
        return (clocks, faults)
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("service", service)
            json.member("businessNow", business.description)
            json.member("time", system.description)
            json.member("verdict", verdict)
        }
    }

    static func table(_ clocks: [ServiceClock]) -> String {
        var table = Table([.left, .left, .left, .left], header: ["service", "business time", "machine's clock", "which is"])
        for clock in clocks {
            table.row(clock.service, clock.business.witaSecond, clock.system.witaSecond, words[clock.verdict] ?? clock.verdict)
        }
        return table.text + "\n"
    }

    private static let words = [
        "believed": "believed", "given": "not asked: MART_NOW", "behind": "behind", "ahead": "too far ahead",
        "unknown": "impossible", "store-ahead": "behind a wrong store",
    ]
}
