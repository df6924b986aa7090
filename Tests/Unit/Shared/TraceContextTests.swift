import Testing

@testable import Messaging

/// W3C Trace Context: what counts as a `traceparent`, and what we make of it.
struct TraceContextTests {
    static let known = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test(arguments: [
        known, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later",
    ])
    func `valid by the standard`(traceparent: String) { #expect(TraceContext.isValid(traceparent)) }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", known + "-more", known + "0", known.replacing("-", with: "_"),
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01", "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0é",
    ])
    func `not valid: it counts as none`(traceparent: String) { #expect(!TraceContext.isValid(traceparent)) }

    @Test func `a child keeps trace and flags and has a span of its own`() {
        var generator = TraceGenerator(seed: 1)
        let children = (0..<1000).map { _ in generator.child(of: Self.known) }
        #expect(children.allSatisfy { TraceContext.isValid($0) })
        #expect(children.allSatisfy { TraceContext.traceId(of: $0) == "4bf92f3577b34da6a3ce929d0e0e4736" && $0.hasSuffix("-01") })
        #expect(Set(children + [Self.known]).count == 1001)
        #expect(generator.child(of: "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-later").hasPrefix("00-4bf9"))
    }

    @Test func `new traces are valid and differ, and the same seed gives the same`() {
        var generator = TraceGenerator(seed: 7)
        let traces = (0..<1000).map { _ in generator.start() }
        #expect(traces.allSatisfy { TraceContext.isValid($0) })
        #expect(Set(traces.map { TraceContext.traceId(of: $0) }).count == 1000)
        var again = TraceGenerator(seed: 7)
        #expect(again.start() == traces[0])
    }

    @Test func `a state is passed on unless it is too long or not printable`() {
        #expect(TraceContext.state("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE") != nil)
        #expect(TraceContext.state(String(repeating: "x", count: 512)) != nil)
        #expect(TraceContext.state(String(repeating: "x", count: 513)) == nil)
        #expect(TraceContext.state("") == nil && TraceContext.state("a\nb") == nil && TraceContext.state("é") == nil)
    }
}
