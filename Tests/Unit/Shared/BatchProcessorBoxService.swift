import Contracts
import Messaging
import Primitives
import ServiceFramework
import Storage
import StrictJSON

/// A service small enough to see whole: boxes are put on a shelf and labelled. What a box contains decides what its handler does.
enum BoxService {
    /// Nobody consumes its events.
    static let topology = Topology([ServiceTopology("box", consumes: []), ServiceTopology("till", consumes: [])])

    static let name = "box"

    static func definition(
        timers: [any ServiceFramework.Timer] = [], moreSchema: [Migration] = [], invariants: [Invariant] = []
    ) -> ServiceDefinition {
        ServiceDefinition(
            name: name, port: 8199,
            schema: [
                Migration(
                    "box-1",
                    """
                    CREATE TABLE box (boxId TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
                    CREATE TABLE label (boxId TEXT PRIMARY KEY, label TEXT NOT NULL, seal TEXT) STRICT;
                    CREATE TABLE due (number INTEGER PRIMARY KEY, firedOn INTEGER) STRICT;
                    CREATE TABLE waiting (id TEXT PRIMARY KEY) STRICT;
                    CREATE TRIGGER noBadLuck BEFORE INSERT ON box WHEN new.boxId = 'unlucky' BEGIN SELECT RAISE(FAIL, 'bad luck'); END;
                    """)
            ] + moreSchema,
            handles: [on(PutBox.self, Put()), on(OpenBox.self, Open()), on(BoxLabelled.self, Label()), on(BoxSealed.self, Seal())],
            timers: timers, publishes: [BoxPut.self], reads: [], waiting: "SELECT count(*) FROM waiting", invariants: invariants)
    }
}

struct PutBox: Command {
    static let name = MessageName("box", "put-box")
    var boxId = ""
    var regency: String?
    var content = ""
    var note: String?
    var marks: [String] = []

    var subject: String { boxId }
    var businessKey: BusinessKey? { BusinessKey("box", boxId) }
    static func isKeptWhenRejected(_ data: JSONValue) -> Bool { data["late"]?.bool == true }

    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("boxId", &boxId)
        try f.regency("regency", &regency)
        try f.text("content", &content)
        try f.text("note", &note)
        try f.texts("marks", &marks)
    }
}

/// A transition: it claims nothing and may be said again.
struct OpenBox: Command {
    static let name = MessageName("box", "open-box")
    var boxId = ""

    var subject: String { boxId }
    var businessKey: BusinessKey? { nil }

    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) { try f.id("boxId", &boxId) }
}

struct BoxPut: Event {
    static let name = MessageName("box", "box-put")
    var boxId = ""
    var content = ""

    var subject: String { boxId }
    var eventRegency: String? { "53.06" }

    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("boxId", &boxId)
        try f.text("content", &content)
    }
}

/// A state event of another service.
struct BoxLabelled: Event {
    static let name = MessageName("depot", "box-labelled")
    var boxId = ""
    var label = ""

    var subject: String { boxId }
    var eventRegency: String? { nil }

    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("boxId", &boxId)
        try f.text("label", &label)
    }
}

/// A state event about another facet of the same subject.
struct BoxSealed: Event {
    static let name = MessageName("depot", "box-sealed")
    var boxId = ""
    var seal = ""

    var subject: String { boxId }
    var eventRegency: String? { nil }

    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("boxId", &boxId)
        try f.text("seal", &seal)
    }
}

private struct Put: Handler {
    struct Broken: Error {}
    static let insert = SQL("INSERT INTO box VALUES (?, ?)")
    static let label = SQL("SELECT 1 FROM label WHERE boxId = ?")

    /// Writes first, so that what it refuses afterwards has to be undone.
    func handle(_ box: PutBox, in tx: Transaction) throws -> Outcome {
        if box.content == "not to be had" { return .rejected(Rejection(.notFound, "there is no such box")) }
        if box.content == "labelled", try !tx.exists(Self.label, box.boxId) {
            return .rejected(Rejection(.notFound, "the box has no label yet"))
        }
        try tx.execute(Self.insert, box.boxId, box.content)
        try tx.publish(
            BoxPut.with {
                $0.boxId = box.boxId
                $0.content = box.content == "enormous" ? String(repeating: "x", count: Limits.eventSize) : box.content
            })
        switch box.content {
        case "refused": return .rejected(Rejection(.wrongState, "the shelf is full", field: "content", lineId: "l1"))
        case "refused by throwing": throw Rejection(.outOfStock, "no room")
        case "too much": throw MoneyOverflow()
        case "broken": throw Broken()
        case "wordy": return .answered(JSONWriter.object { $0.member("words", String(repeating: "x", count: Limits.eventSize)) })
        case "strange": return .park(.inconsistent, "it does not fit")
        case "long" where box.note != nil: return .answered(Array(#"{"seen":1}"#.utf8))
        default: return .done
        }
    }
}

private struct Open: Handler {
    static let find = SQL("SELECT content FROM box WHERE boxId = ?")
    static let open = SQL("UPDATE box SET content = 'open' WHERE boxId = ?")

    func handle(_ box: OpenBox, in tx: Transaction) throws -> Outcome {
        guard let content = try tx.first(Self.find, box.boxId, read: { $0.text(0) }) else {
            return .rejected(Rejection(.notFound, "no box \(box.boxId)"))
        }
        if content == "open" { return .duplicate }
        try tx.execute(Self.open, box.boxId)
        return .done
    }
}

private struct Label: Handler {
    static let put = SQL("INSERT INTO label (boxId, label) VALUES (?, ?) ON CONFLICT DO UPDATE SET label = excluded.label")

    func handle(_ event: BoxLabelled, in tx: Transaction) throws -> Outcome {
        if try tx.isStale(facet: "label", of: event.boxId) { return .done }
        try tx.execute(Self.put, event.boxId, event.label)
        if event.label == "enormous" {
            try tx.publish(BoxPut.with { ($0.boxId, $0.content) = (event.boxId, String(repeating: "x", count: Limits.eventSize)) })
        }
        return event.label == "unreadable" ? .rejected(Rejection(.wrongState, "nobody can read it")) : .done
    }
}

private struct Seal: Handler {
    static let put = SQL("INSERT INTO label VALUES (?, '-', ?) ON CONFLICT DO UPDATE SET seal = excluded.seal")

    func handle(_ event: BoxSealed, in tx: Transaction) throws -> Outcome {
        if try tx.isStale(facet: "seal", of: event.boxId) { return .done }
        try tx.execute(Self.put, event.boxId, event.seal)
        return .done
    }
}
