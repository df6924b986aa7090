public import Contracts
public import Messaging

/// What was decided on one message, for the log: ids and codes, never a body or what it says.
public struct Decision: Sendable {
    public enum Verdict: Sendable, Hashable {
        case accepted, duplicate
        case rejected(ReplyCode)
        /// Judged like any other command, but its `reply_to` is one that no reply may go to.
        case unanswered
        case parked(ParkReason)
    }

    public let verdict: Verdict
    public let type: String?
    public let messageId: String?
    public let source: String?
    public let subject: String?
    public let correlationId: String?
    public let traceparent: String?
    /// For `/v1/parked`.
    public let parkedId: String?
    /// The source said something else under the same sequence before.
    public private(set) var isFork = false

    /// On a message that got as far as having a cause.
    init(_ verdict: Verdict, type: String, subject: String, cause: Cause) {
        self.verdict = verdict
        self.type = type
        self.subject = subject
        messageId = cause.id
        source = cause.source
        correlationId = cause.correlationId
        traceparent = cause.traceparent
        parkedId = nil
    }

    /// On a message that may be no more than bytes.
    init(parked arrival: Arrival, _ reason: ParkReason, parkedId: String, isFork: Bool = false) {
        self.init(.parked(reason), arrival.incoming, arrival.envelope, parkedId: parkedId)
        self.isFork = isFork
    }

    init(unanswered incoming: Incoming) {
        self.init(.unanswered, incoming, try? Envelope(parsing: incoming.body), parkedId: nil)
    }

    private init(_ verdict: Verdict, _ incoming: Incoming, _ envelope: Envelope?, parkedId: String?) {
        self.verdict = verdict
        self.parkedId = parkedId
        type = envelope?.type
        subject = envelope?.subject
        messageId = envelope?.id ?? incoming.messageId
        source = envelope?.source
        correlationId = envelope?.correlationId ?? incoming.correlationId ?? messageId
        traceparent = envelope?.traceparent ?? incoming.traceparent
    }
}
