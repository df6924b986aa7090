import Foundation
import Primitives
import RabbitMQ
import StrictJSON
import Synchronization

/// Writes every event to a file as it comes, and remembers what the demo waits for.
///
/// Its queue is bound before anything is published. A watcher bound to `#` makes every event count as routed, also where the
/// binding of the service that needs it is missing; that the consumers got theirs is checked by asking them (`Quiet`).
final class Recorder: Sendable {
    /// The last event of one type: what a consumer of it must have handled to be up to date.
    struct Last: Sendable {
        var sequence: Int64
        var id: String
    }

    private struct Seen: Sendable {
        var sequences: [String: Int64] = [:]
        var last: [String: Last] = [:]
        var counts: [String: Int] = [:]
        var required: [String: [String]] = [:]
        var listed: Set<String> = []
        var settled: Set<String> = []
        var failure: String?
    }

    let path: String
    private let stream: EventStream
    private let file: OutputFile
    /// What cannot be read again where it was written to, such as a FIFO.
    private let kept = Mutex<Data?>(nil)
    private let seen = Mutex(Seen())
    private let work = Mutex<Task<Void, Never>?>(nil)

    init(_ broker: RabbitMQConfiguration, path: String) throws {
        self.path = path
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        file = try OutputFile(path)
        if !file.canBeReadAgain { kept.withLock { $0 = Data() } }
        stream = EventStream(broker, patterns: ["#"])
    }

    /// Returns when nothing published from now on is missed.
    func start(within patience: Duration) async throws {
        try await stream.connect(within: patience)
        let task = Task { await record() }
        work.withLock { $0 = task }
    }

    func stop() async {
        stream.stop()
        let task = work.withLock { $0 }
        await task?.value
        await stream.close()
        do {
            try file.finish()
        } catch {
            seen.withLock { $0.failure = "\(error)" }
        }
    }

    private func record() async {
        while true {
            let events = await stream.next()
            guard let last = events.last else { return }
            let lines = events.map { Printable.text(EventLine.json($0)) }.joined()
            kept.withLock { $0?.append(contentsOf: lines.utf8) }
            do {
                try file.write(lines.utf8)
            } catch {
                seen.withLock { $0.failure = "\(error)" }
                return
            }
            if stream.holes > 0 { seen.withLock { $0.failure = "the connection was lost for a while, and with it events" } }
            let documents = events.compactMap { try? JSONDocument(parsing: $0.body).root }
            seen.withLock { seen in for document in documents { Self.note(document, &seen) } }
            stream.acknowledge(through: last)
        }
    }

    /// Everything that was recorded, after `stop()`.
    func recording() throws -> Data { try kept.withLock { $0 } ?? InputFile.contents(path) }

    private static func note(_ event: JSONValue, _ seen: inout Seen) {
        guard let type = event["type"]?.string, let source = event["source"]?.string, let id = event["id"]?.string,
            let sequence = event["sequence"]?.string.flatMap({ Int64($0) })
        else { return }
        let name = String(type.dropFirst("id.nttmart.".count).dropLast(".v1".count))
        seen.sequences[source] = max(seen.sequences[source] ?? 0, sequence)
        if sequence > seen.last[name]?.sequence ?? 0 { seen.last[name] = Last(sequence: sequence, id: id) }
        seen.counts[name, default: 0] += 1
        let subject = event["subject"]?.string ?? ""
        switch name {
        case "catalog.product-registered": seen.required[subject] = event["data"]?["requiredPermits"]?.elements.compactMap(\.string) ?? []
        case "catalog.product-listed": seen.listed.insert(subject)
        case "catalog.product-held", "catalog.product-delisted": seen.listed.remove(subject)
        case "settlement.settlement-posted": seen.settled.insert(subject)
        default: break
        }
    }

    /// The last sequence of a service's source.
    func lastSequence(of service: String) -> Int64 { seen.withLock { $0.sequences["/\(service)"] ?? 0 } }
    func last(_ names: [String]) -> Last? { seen.withLock { seen in names.compactMap { seen.last[$0] }.max { $0.sequence < $1.sequence } } }
    func count(_ name: String) -> Int { seen.withLock { $0.counts[name] ?? 0 } }
    var total: Int { seen.withLock { $0.counts.values.reduce(0, +) } }
    var requiredPermits: [String: [String]] { seen.withLock { $0.required } }
    var listed: Set<String> { seen.withLock { $0.listed } }
    var settled: Set<String> { seen.withLock { $0.settled } }
    /// Why nothing is recorded any more.
    var failure: String? { seen.withLock { $0.failure } }
}
