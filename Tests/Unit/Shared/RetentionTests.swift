import Contracts
import Messaging
import MessagingTesting
import ServiceFramework
import Storage
import Synchronization
import Testing

/// Bodies are let go of in time; what was decided stays.
@Suite struct RetentionTests {
    private struct Note: Command {
        static let name = MessageName("notes", "write-note")
        var noteId = ""
        var subject: String { noteId }
        var businessKey: BusinessKey? { BusinessKey("note", noteId) }
        mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) { try f.id("noteId", &noteId) }
    }

    private struct NoteWritten: Event {
        static let name = MessageName("notes", "note-written")
        var noteId = ""
        var subject: String { noteId }
        var eventRegency: String? { nil }
        mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) { try f.id("noteId", &noteId) }
    }

    private struct WriteNote: Handler {
        func handle(_ note: Note, in tx: Transaction) throws -> Outcome {
            try tx.publish(NoteWritten.with { $0.noteId = note.noteId })
            return .done
        }
    }

    private func harness() throws -> ServiceHarness {
        try ServiceHarness(
            ServiceDefinition(
                name: "notes", port: 8199, schema: [], handles: [on(Note.self, WriteNote())], publishes: [NoteWritten.self], reads: []),
            now: "2026-02-05")
    }

    private let bodies = "SELECT count(*) FROM reply WHERE body IS NOT NULL"
    private let events = "SELECT count(*) FROM outbox WHERE body IS NOT NULL"

    @Test func `reply bodies go after 30 days, event bodies after 400, and only what has been sent`() throws {
        let harness = try harness()
        try harness.send(Note.with { $0.noteId = "n1" }, id: "m1")
        harness.store.sent.withLock { $0 = SentMarks(events: 1, replies: 1) }
        try harness.advance(to: "2026-02-06")
        try harness.send(Note.with { $0.noteId = "n2" }, id: "m2")
        try harness.advance(to: "2026-03-07")
        #expect(try harness.number(bodies) == 2, "the 30th day is not over")
        try harness.advance(to: "2026-03-08")
        #expect(try harness.number(bodies) == 1, "n1 was answered before 6 February; n2 has not been sent")
        try harness.advance(to: "2027-03-12")
        #expect(try harness.number(events) == 2)
        try harness.advance(to: "2027-03-13")
        #expect(try harness.number(events) == 1)
    }

    @Test func `a repeat after that is answered with what is still known`() throws {
        let harness = try harness()
        let note = Note.with { $0.noteId = "n1" }
        let first = try harness.send(note, id: "m1")
        harness.store.sent.withLock { $0 = SentMarks(events: 1, replies: 1) }
        try harness.advance(to: "2026-02-06")
        try harness.advance(to: "2026-04-01")
        let answer = try harness.send(note, id: "m1")
        #expect(answer.status == first.status)
        #expect(answer.code == .ok)
        #expect(answer.subject == "n1")
        #expect(answer.message.isEmpty, "only status, code and subject are known")
    }
}
