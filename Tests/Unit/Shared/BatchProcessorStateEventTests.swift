import Messaging
import Testing

/// State events may come in any order: per source, subject and facet the highest sequence stands.
struct BatchProcessorStateEventTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private func label(_ label: String, sequence: Int?, id: String? = nil, box: String = "b1", source: String = "/depot") throws {
        try bench.process([
            event("box-labelled", #"{"boxId":"\#(box)","label":"\#(label)"}"#, id: id ?? bench.nextId(), source: source, sequence: sequence)
        ])
    }

    private func labels() throws -> [String] { try bench.texts("SELECT boxId || '=' || label FROM label ORDER BY boxId") }

    @Test func `an event older than the last applied has no effect and is done`() throws {
        try label("second", sequence: 20)
        try label("first", sequence: 10)
        #expect(try labels() == ["b1=second"])
        #expect(try bench.parked.isEmpty)
        #expect(try bench.texts("SELECT outcome FROM inbox") == ["0", "0"])
        try label("third", sequence: 21)
        #expect(try labels() == ["b1=third"])
    }

    @Test func `the same sequence again is older too`() throws {
        try label("one", sequence: 20)
        try label("other", sequence: 20)
        #expect(try labels() == ["b1=one"])
    }

    @Test func `subjects, facets and sources do not disturb each other`() throws {
        try label("late", sequence: 20)
        try label("early", sequence: 10, box: "b2")
        try label("elsewhere", sequence: 5, source: "/depot~2")
        try bench.process([event("box-sealed", #"{"boxId":"b2","seal":"red"}"#, id: "s1", sequence: 1)])
        #expect(try labels() == ["b1=elsewhere", "b2=early"])
        #expect(try bench.texts("SELECT seal FROM label WHERE boxId = 'b2'") == ["red"])
    }

    @Test func `a life after a restore is later than all that the lives before it said, in whatever order it comes`() throws {
        try label("restored", sequence: 1, source: "/depot~1")
        try label("before the restore", sequence: 500, source: "/depot")
        #expect(try labels() == ["b1=restored"])
        try label("restored twice", sequence: 1, source: "/depot~2")
        try label("late", sequence: 7, source: "/depot~1")
        #expect(try labels() == ["b1=restored twice"])
        try bench.restart(cleanly: false)
        try label("later", sequence: 8, source: "/depot~1")
        try label("latest", sequence: 2, source: "/depot~2")
        #expect(try labels() == ["b1=latest"])
    }

    @Test func `without a sequence the order of arrival counts`() throws {
        try label("late", sequence: 20)
        try label("whenever", sequence: nil)
        #expect(try labels() == ["b1=whenever"])
        try label("older", sequence: 19)
        #expect(try labels() == ["b1=whenever"])
    }

    @Test func `an event that was parked does not count as applied`() throws {
        try label("unreadable", sequence: 20)
        #expect(try bench.parked == ["inconsistent"])
        try label("older", sequence: 10)
        #expect(try labels() == ["b1=older"])
    }

    @Test func `the last applied is remembered over a restart`() throws {
        try label("second", sequence: 20)
        try bench.restart(cleanly: false)
        try label("first", sequence: 10)
        #expect(try labels() == ["b1=second"])
    }

    @Test func `twenty digits with zeros in front are a number`() throws {
        try bench.process([event("box-labelled", #"{"boxId":"b1","label":"nine"}"#, id: "e1", sequence: 9)])
        let body =
            #"{"specversion":"1.0","id":"e2","source":"/depot","type":"id.nttmart.depot.box-labelled.v1","sequence":"00000000000000000010","data":{"boxId":"b1","label":"ten"}}"#
        try bench.process([Incoming(channel: .events, routingKey: "depot.box-labelled", body: Array(body.utf8))])
        #expect(try labels() == ["b1=ten"])
    }
}
