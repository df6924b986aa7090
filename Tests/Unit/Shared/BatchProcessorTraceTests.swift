import Contracts
import Messaging
import Primitives
import ServiceFramework
import Storage
import Testing

/// What follows from a message belongs to its trace.
struct BatchProcessorTraceTests {
    private static let body = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private static let header = "00-11112222333344445555666677778888-00f067aa0ba902b7-00"
    private static let traceOfBody = "4bf92f3577b34da6a3ce929d0e0e4736"

    private let bench: Bench
    init() throws { bench = try Bench() }

    private func put(_ id: String, more: String = "", header: String? = nil, state: String? = nil, content: String = "rice") throws {
        let data = #"{"boxId":"\#(id)","content":"\#(content)"}"#
        try bench.process([command("put-box", data, id: id, more: more, traceparent: header, tracestate: state)])
    }

    /// What the relay would send: event and reply, each with its headers.
    private func sent() throws -> [OutboxRow] {
        try bench.reader.events(after: 0, limit: 100) + bench.replies(after: 0, confirmedEvents: 100, limit: 100)
    }

    private func traces() throws -> [String] { try sent().compactMap { $0.traceparent.map { String(TraceContext.traceId(of: $0)) } } }

    @Test func `event and reply carry the trace of the command's body, each with a span of its own, in body and header alike`() throws {
        try put("b1", more: #","traceparent":"\#(Self.body)""#, header: Self.header)
        let rows = try sent()
        #expect(try traces() == [Self.traceOfBody, Self.traceOfBody])
        #expect(Set(rows.map { $0.traceparent } + [Self.body]).count == 3)
        for row in rows { #expect(try Envelope(parsing: row.body).traceparent == row.traceparent) }
    }

    @Test func `the header counts where the body says nothing, or nothing valid`() throws {
        try put("b1", header: Self.header)
        try put("b2", more: #","traceparent":"00-nonsense""#, header: Self.header)
        #expect(try traces() == Array(repeating: "11112222333344445555666677778888", count: 4))
    }

    @Test func `without one a new trace begins at the command`() throws {
        try put("b1")
        try put("b2", more: #","traceparent":"00-nonsense""#, header: "more nonsense")
        let traces = try traces()
        // Events first, then replies.
        #expect(traces[0] == traces[2] && traces[1] == traces[3] && traces[0] != traces[1])
    }

    @Test func `the state of the trace is passed on with it, and never without`() throws {
        try put("b1", more: #","traceparent":"\#(Self.body)","tracestate":"a=1""#, header: Self.header, state: "b=2")
        try put("b2", header: Self.header, state: "b=2")
        try put("b3", more: #","tracestate":"a=1""#, state: "b=2")
        try put("b4", more: #","traceparent":"\#(Self.body)","tracestate":"\#(String(repeating: "x", count: 513))""#)
        try put("b5", more: #","traceparent":"\#(Self.body)","tracestate":7"#)
        let events = try bench.reader.events(after: 0, limit: 10)
        #expect(events.map { $0.tracestate } == ["a=1", "b=2", nil, nil, nil])
        #expect(try events.map { try Envelope(parsing: $0.body).tracestate } == ["a=1", "b=2", nil, nil, nil])
        #expect(try bench.replies(after: 0, confirmedEvents: 10, limit: 10).map { $0.tracestate } == ["a=1", "b=2", nil, nil, nil])
    }

    @Test func `a refusal, of whatever kind, stays in the trace`() throws {
        try put("b1", more: #","traceparent":"\#(Self.body)""#, content: "refused")
        try put("b2", more: #","traceparent":"\#(Self.body)""#, content: "broken")
        let unreadable = Incoming(
            channel: .commands, routingKey: "box.put-box", replyTo: "reply.a.b", traceparent: Self.body, body: Array("no".utf8))
        try bench.process([unreadable])
        #expect(try traces() == Array(repeating: Self.traceOfBody, count: 3))
    }

    @Test func `the same reply goes out again with the trace that its body says`() throws {
        try put("b1", more: #","traceparent":"\#(Self.body)""#)
        try put("b1", more: #","traceparent":"\#(Self.body)""#, header: Self.header)
        let replies = try bench.replies(after: 0, confirmedEvents: 10, limit: 10)
        #expect(replies.count == 2)
        for reply in replies { #expect(try Envelope(parsing: reply.body).traceparent == reply.traceparent) }
    }

    @Test func `a timer begins a trace of its own each time`() throws {
        let bench = try Bench(BoxService.definition(timers: [PutByClock()]))
        for _ in 1...2 { try bench.processor.fireTimers { _, error in Issue.record(error) } }
        let traces = try bench.reader.events(after: 0, limit: 10).map { $0.traceparent.map { TraceContext.traceId(of: $0) } }
        #expect(traces.count == 4 && traces[0] == traces[1] && traces[2] == traces[3] && traces[1] != traces[2])
    }

    @Test func `what was put off keeps the trace of its message, and an old one that is none gets one`() throws {
        for (stored, isKept) in [(Self.body, true), ("00-a-b-01", false), (nil, false)] as [(String?, Bool)] {
            let bench = try Bench(
                BoxService.definition(timers: [PutFor(cause: Cause(id: "m", source: "/s", correlationId: "m", traceparent: stored))]))
            try bench.processor.fireTimers { _, error in Issue.record(error) }
            let traces = try bench.reader.events(after: 0, limit: 10).compactMap { $0.traceparent.map { TraceContext.traceId(of: $0) } }
            #expect(traces.count == 2 && traces[0] == traces[1], "\(stored ?? "none")")
            #expect((traces.first == Self.traceOfBody[...]) == isKept, "\(stored ?? "none")")
        }
    }
}

private struct PutByClock: ServiceFramework.Timer {
    let name = "put-by-clock"

    func fire(in tx: Transaction) throws -> Bool {
        for id in ["a", "b"] { try tx.publish(BoxPut.with { $0.boxId = id }) }
        return false
    }
}

private struct PutFor: ServiceFramework.Timer {
    let name = "put-for"
    let cause: Cause

    func fire(in tx: Transaction) throws -> Bool {
        try tx.with(cause: cause) { for id in ["a", "b"] { try tx.publish(BoxPut.with { $0.boxId = id }) } }
        return false
    }
}
