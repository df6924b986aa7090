import ArgumentParser
import Contracts
import Foundation
import Messaging
import Platform
import Primitives
import StrictJSON

struct Resync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has a service send a range of its events once more.", usage: "martctl resync <service> --to <consumer> [options]",
        discussion: """
            For a consumer that was restored from an older backup. The same messages under the same ids go out again, of the types that \
            the consumer takes; whoever had one drops it. So too much does no harm, and neither does asking twice. What is fresh goes first.

              martctl resync consignment --to settlement --since 2026-02-05
              martctl resync catalog --to consignment --all
              martctl resync permits --to catalog --from 1200 --until 1500

            Events are kept for 400 days. Exit code 1 when the service says no.
            """)

    @Argument(help: "Whose events.")
    var service: String

    @Option(help: ArgumentHelp("Who is to have them.", valueName: "consumer"))
    var to: String

    @Option(help: ArgumentHelp("From the beginning of this business day on.", valueName: "date"))
    var since: String?

    @Flag(help: "Everything that is kept.")
    var all = false

    @Option(help: ArgumentHelp("From this sequence on.", valueName: "n"))
    var from: Int64?

    @Option(help: ArgumentHelp("Up to this sequence.", valueName: "n"))
    var until: Int64?

    @Option(help: ArgumentHelp("Whose sequences, e.g. /catalog~1. (default: the present source)", valueName: "source"))
    var source: String?

    @Option(help: ArgumentHelp("Who wants it. (default: your login)", valueName: "name"))
    var by: String?

    @Option(help: ArgumentHelp("How many seconds to wait until they are sent.", valueName: "seconds"))
    var timeout: Double = 600

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var sides: ReadSideOptions

    func validate() throws {
        if !Platform.names.contains(service) { throw ValidationError("'\(service)' is no service.") }
        if [since != nil, all, from != nil].count(where: { $0 }) != 1 {
            throw ValidationError("From where? Name one of --since, --from and --all.")
        }
        if let since, BusinessDate(since) == nil { throw ValidationError("--since is a date: 2026-02-05") }
    }

    func run() async throws {
        try await Failure.reported {
            let sides = try sides.sides()
            guard let side = sides.all.first(where: { $0.service == service }) else { throw Failure(.usage, "'\(service)' is no service") }
            let client = CommandClient(try broker.configuration(), source: "/martctl")
            let answer: Answer
            do {
                try await client.connect(within: broker.patience)
                answer = try await client.ask([Request(name: "\(service).resync", data: FieldWriter.bytes(of: request()))])[0]
                await client.close()
            } catch {
                await client.close()
                throw error
            }
            guard answer.isAccepted else { throw Failure(.refused, "\(service) says no, \(answer.code): \(answer.message)") }
            let id = try JSONDocument(parsing: answer.body).root["data"]?["details"]?["resyncId"]?.string ?? ""
            let done = try await wait(for: id, side)
            Terminal.show(json ? JSONLine.text { $0.raw(done.rawBytes) } : screen(done))
        }
    }

    private func request() -> ResyncRequest {
        ResyncRequest.with {
            $0.consumer = to
            $0.since = since.flatMap { BusinessDate($0) }
            $0.all = all
            $0.fromSequence = from
            $0.toSequence = until
            $0.source = source
            $0.by = by ?? NSUserName()
        }
    }

    private func wait(for id: String, _ side: HTTPClient) async throws -> JSONValue {
        let status = StatusLine()
        defer { status.clear() }
        let deadline = ContinuousClock.now + .seconds(timeout)
        while true {
            let resync = try await side.get("/v1/resyncs/\(HTTPClient.escaped(id))")
            if resync["state"]?.string == "done" { return resync }
            status.show("\(service) sends once more: \(resync.number("passed")) of \(resync.number("events"))")
            if ContinuousClock.now >= deadline {
                throw Failure(.tryAgain, "\(service) is still sending after \(timeout) s; it goes on: GET /v1/resyncs/\(id)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func screen(_ done: JSONValue) -> String {
        """
          \(service) went through \(done.text("events")) events and sent \(to) once more what it takes of them
          `martctl wait` says when \(to) has handled them

        """
    }
}
