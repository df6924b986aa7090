public import Primitives

/// What brought a change about. Shared, as `Incoming` is.
public final class Cause: Sendable {
    /// Id of the causing message, or `clock:<date>`.
    public let id: String
    public let source: String
    public let sequence: Int64?
    public let correlationId: String
    /// As it came, checked; for what came without, the one that its trace begins with.
    public let traceparent: String?
    public let tracestate: String?
    public let regency: String?
    /// Number of the message in the inbox; 0 for the clock.
    public let inboxPosition: Int64

    public init(
        id: String, source: String, sequence: Int64? = nil, correlationId: String, traceparent: String? = nil,
        tracestate: String? = nil, regency: String? = nil, inboxPosition: Int64 = 0
    ) {
        self.id = id
        self.source = source
        self.sequence = sequence
        self.correlationId = correlationId
        self.traceparent = traceparent
        self.tracestate = tracestate
        self.regency = regency
        self.inboxPosition = inboxPosition
    }

    /// The business clock, on a date; for what it carries out of an earlier command, under the command's correlation.
    public static func clock(_ date: BusinessDate, correlationId: String? = nil, traceparent: String? = nil) -> Cause {
        Cause(id: "clock:\(date)", source: "clock", correlationId: correlationId ?? "clock:\(date)", traceparent: traceparent)
    }

    /// The same in another trace, or by another message of the inbox.
    func with(traceparent: String? = nil, inboxPosition: Int64? = nil) -> Cause {
        Cause(
            id: id, source: source, sequence: sequence, correlationId: correlationId, traceparent: traceparent ?? self.traceparent,
            tracestate: tracestate, regency: regency, inboxPosition: inboxPosition ?? self.inboxPosition)
    }
}
