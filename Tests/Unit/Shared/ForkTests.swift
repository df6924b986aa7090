import Messaging
import ServiceFramework
import StrictJSON
import Testing

/// A source that says something new under a sequence that it used before was put back to an older copy: what it says is parked, and not dropped.
struct ForkTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private func label(_ label: String, _ id: String, _ sequence: Int?, source: String = "/depot") -> Incoming {
        event("box-labelled", #"{"boxId":"\#(id)","label":"\#(label)"}"#, id: id, source: source, sequence: sequence)
    }

    private func forks() throws -> [String] {
        try bench.texts("SELECT messageId FROM parked WHERE reason = 'inconsistent' AND state = 'parked' ORDER BY position")
    }

    @Test(arguments: ["/depot", "/depot~1", "/depot~12"]) func `a new message under a known sequence is parked`(source: String) throws {
        try bench.process([label("one", "e1", 1, source: source), label("two", "e2", 2, source: source)])
        try bench.process([label("three", "e3", 2, source: source), label("four", "e4", 3, source: source)])
        #expect(try forks() == ["e3"])
        #expect(bench.processor.decisions.filter(\.isFork).map(\.messageId) == ["e3"])
        #expect(try bench.texts("SELECT error FROM parked")[0].contains("\(source) said something else as event 2"))
        #expect(try bench.texts("SELECT boxId FROM label ORDER BY boxId") == ["e1", "e2", "e4"])
    }

    @Test func `within one batch too, and after a restart`() throws {
        try bench.process([label("one", "e1", 7), label("two", "e2", 7)])
        #expect(try forks() == ["e2"])
        try bench.restart(cleanly: false)
        try bench.process([label("three", "e3", 7)])
        #expect(try forks() == ["e2", "e3"])
    }

    @Test func `the same message again is a duplicate, and a gap is none`() throws {
        for number in [1, 2, 600, 5, 511, 512, 513, 100_000, 3] { try bench.process([label("x", "e\(number)", number)]) }
        for number in [512, 100_000, 1] { try bench.process([label("x", "e\(number)", number)]) }
        #expect(try bench.parked.isEmpty)
        for number in [511, 512, 513, 600, 100_000] { try bench.process([label("y", "other\(number)", number)]) }
        #expect(try forks().count == 5)
    }

    @Test func `lives count apart, and others count as they like`() throws {
        for source in ["/depot", "/depot~1", "/till-1", "/depot-2", "/depot~x"] {
            try bench.process([label("x", "e\(source.count)", 1, source: source)])
        }
        for source in ["/till-1", "/depot-2", "/depot~x"] { try bench.process([label("y", "again", 1, source: source)]) }
        try bench.process([label("x", "none-1", nil), label("x", "none-2", nil)])
        #expect(try forks().isEmpty)
    }

    @Test func `what was not taken was not heard`() throws {
        try bench.process([event("box-labelled", #"{"boxId":"b1"}"#, id: "wrong", sequence: 4)])
        try bench.process([label("x", "right", 4)])
        #expect(try bench.parked == ["invalid-data"])
    }

    /// It may be a fact that nobody else will tell.
    @Test func `a person may let a fork through`() throws {
        try bench.process([label("x", "e1", 4), label("y", "e2", 4)])
        let id = try bench.texts("SELECT parkedId FROM parked")[0]
        try bench.ask("replay-parked", #"{"parkedIds":["\#(id)"],"by":"Maria","reason":"it is true"}"#)
        #expect(try forks().isEmpty)
        #expect(try bench.texts("SELECT boxId FROM label ORDER BY boxId") == ["e1", "e2"])
    }

    @Test func `how far each source was heard can be read`() throws {
        for number in [1, 2, 700, 5] { try bench.process([label("x", "e\(number)", number)]) }
        try bench.process([label("x", "later", 3, source: "/depot~1")])
        let told = try bench.get("/v1/sources").body.elements.map { "\($0["source"]?.string ?? "") \($0["sequence"]?.int64 ?? 0)" }
        #expect(told == ["/depot 700", "/depot~1 3"])
    }
}
