import Foundation
import GRDB
import Messaging
import ServiceFramework
import StrictJSON
import Testing

/// Bytes that were made to break the decoder: a kept corpus (Tests/Faults/envelopes), and what seeded mutations make of it.
///
/// An input that once broke something is added to the corpus. `FUZZ_SEED` and `FUZZ_ROUNDS` try others, and more.
struct EnvelopeFuzzTests {
    private static let corpus: [(name: String, bytes: [UInt8])] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Faults/envelopes").standardizedFileURL
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []
        return names.compactMap { name in
            (try? Data(contentsOf: folder.appendingPathComponent(name))).map { (name, Array($0)) }
        }
    }()

    private static func number(_ variable: String) -> Int? { ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } }
    private static let seed = UInt64(number("FUZZ_SEED") ?? 1)
    private static let rounds = number("FUZZ_ROUNDS") ?? 20_000

    @Test func `the corpus is there`() { #expect(Self.corpus.count > 60) }

    @Test func `whatever is taken for an envelope is JSON to another parser too, and says the same`() {
        var random = Mutator(seed: Self.seed)
        for round in 0..<Self.corpus.count + Self.rounds {
            let bytes = round < Self.corpus.count ? Self.corpus[round].bytes : random.mutant(of: Self.corpus.map(\.bytes))
            guard let envelope = try? Envelope(parsing: bytes) else { continue }
            // Foundation wants numbers to fit into a Double; the grammar does not.
            if String(decoding: bytes, as: UTF8.self).contains(#/\d{300}|[eE][+-]?\d{3}/#) { continue }
            let other = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
            let agrees =
                other?["id"] as? String == envelope.id && other?["source"] as? String == envelope.source
                && other?["type"] as? String == envelope.type && other?["data"] is [String: Any]
            #expect(agrees, "seed \(Self.seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test func `whatever comes, the writer goes on, and each message is judged or parked`() throws {
        let bench = try Bench()
        var random = Mutator(seed: Self.seed + 1)
        let channels: [Incoming.Channel] = [.commands, .events, .dead]
        var batch: [Incoming] = []
        for round in 0..<Self.corpus.count * 3 + Self.rounds / 10 {
            let bytes = round < Self.corpus.count * 3 ? Self.corpus[round / 3].bytes : random.mutant(of: Self.corpus.map(\.bytes))
            let channel = channels[round % 3]
            batch.append(
                Incoming(
                    channel: channel, routingKey: channel == .commands ? "box.put-box" : "depot.box-labelled",
                    contentType: "application/cloudevents+json", replyTo: channel == .commands ? "reply.fuzz.1" : nil, body: bytes))
            if batch.count == 100 {
                try bench.process(batch)
                batch = []
            }
        }
        try bench.process(batch)
        #expect(try bench.ask("put-box", #"{"boxId":"last","content":"rice"}"#, id: "the-last").verdict == "accepted ok")
        #expect(try bench.store.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }
}

/// Makes bytes that are nearly right, the same for the same seed.
private struct Mutator {
    private var state: UInt64
    private static let words = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "-0", "1e400", "0.1", "9007199254740993",
        "\u{FEFF}", "\n",
        "\"id\":\"x\",", "\"data\":{}", "\"specversion\":\"1.0\",",
    ].map { Array($0.utf8) }

    init(seed: UInt64) { state = seed }

    private mutating func next(below limit: Int) -> Int {
        // SplitMix64
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, limit)))
    }

    mutating func mutant(of corpus: [[UInt8]]) -> [UInt8] {
        var bytes = Array(corpus[next(below: corpus.count)].prefix(4000))
        for _ in 0...next(below: 3) { mutate(&bytes, corpus) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8], _ corpus: [[UInt8]]) {
        let place = next(below: bytes.count + 1)
        switch next(below: 7) {
        case 0 where place < bytes.count: bytes[place] ^= UInt8(1 << next(below: 8))
        case 1 where place < bytes.count: bytes[place] = UInt8(next(below: 256))
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + next(below: 8)))
        case 3: bytes.insert(contentsOf: Self.words[next(below: Self.words.count)], at: place)
        case 4: bytes = Array(bytes[..<place])
        case 5: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + next(below: 40))], at: next(below: bytes.count + 1))
        default:
            let other = corpus[next(below: corpus.count)]
            bytes = Array(bytes[..<place]) + other.dropFirst(next(below: other.count + 1)).prefix(2000)
        }
    }
}
