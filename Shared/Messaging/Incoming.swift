import Glibc

/// A message as it came from a queue, before anything of it is believed. Shared and never changed: it is handed along for every message, and a
/// copy would count a reference for each of its texts.
public final class Incoming: Sendable {
    public enum Channel: String, Sendable, Hashable {
        case commands, events
        /// What the broker itself dead-lettered.
        case dead
    }

    public let channel: Channel
    /// The routing key that it was delivered with.
    public let routingKey: String
    public let contentType: String?
    public let messageId: String?
    public let correlationId: String?
    public let replyTo: String?
    public let traceparent: String?
    public let tracestate: String?
    public let isRedelivered: Bool
    public let body: [UInt8]
    /// Announced size in bytes; larger than `body` where the body was over-size and cut off.
    public let size: Int
    /// Of the whole body, 32 bytes, where it was cut off; else nil.
    public let wholeSHA256: [UInt8]?

    public init(
        channel: Channel, routingKey: String, contentType: String? = "application/cloudevents+json", messageId: String? = nil,
        correlationId: String? = nil, replyTo: String? = nil, traceparent: String? = nil, tracestate: String? = nil,
        isRedelivered: Bool = false, body: [UInt8], size: Int? = nil, wholeSHA256: [UInt8]? = nil
    ) {
        self.channel = channel
        self.routingKey = routingKey
        self.contentType = contentType
        self.messageId = messageId
        self.correlationId = correlationId
        self.replyTo = replyTo
        self.traceparent = traceparent
        self.tracestate = tracestate
        self.isRedelivered = isRedelivered
        self.body = body
        self.size = size ?? body.count
        self.wholeSHA256 = wholeSHA256
    }

    /// The property in which the sender wrote the character U+0000, if there is one.
    var propertyHoldingNull: StaticString? {
        if Self.holdsNull(messageId) { return "message_id" }
        if Self.holdsNull(correlationId) { return "correlation_id" }
        if Self.holdsNull(replyTo) { return "reply_to" }
        if Self.holdsNull(traceparent) { return "traceparent" }
        return Self.holdsNull(tracestate) ? "tracestate" : nil
    }

    private static func holdsNull(_ text: String?) -> Bool {
        guard var text else { return false }
        return text.withUTF8 { bytes in bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false }
    }

    /// The same as if it had come another way.
    public func rerouted(to channel: Channel, routingKey: String) -> Incoming {
        Incoming(
            channel: channel, routingKey: routingKey, contentType: contentType, messageId: messageId, correlationId: correlationId,
            replyTo: replyTo, traceparent: traceparent, tracestate: tracestate, isRedelivered: isRedelivered, body: body, size: size)
    }
}

/// Sizes of section 2 of the contract, in bytes.
public enum Limits {
    public static let commandSize = 64 * 1024
    public static let eventSize = 1024 * 1024
    /// What is kept of an over-size message.
    public static let oversizeKept = 4 * 1024
    /// Deliveries of one message that ended with the death of the process, before it is parked.
    public static let attempts = 5
    /// Messages in one transaction at most; what has arrived by then, if less.
    public static let batch = 1000
    /// Unacknowledged deliveries per queue.
    public static let prefetch: UInt16 = 2000
    /// The same on the first connection after the process died: what killed it may be among them, and each is taken by itself.
    public static let prefetchAfterDeath: UInt16 = 50
    /// Outbox rows that are with the publisher at once: more than it keeps in flight, so that the next are at hand when confirms come.
    public static let relayWindow = 2000
    /// And no more than about so many bytes of them, for rows may be large.
    public static let relayBytes = 16 << 20
    /// How far events, or replies, may leave ahead of one that does not.
    public static let relayReach: Int64 = 200_000
    /// Replies that wait for a destination that takes none; of more, the oldest are set aside.
    public static let repliesHeld = 10_000
    /// Rows that a timer touches in one transaction.
    public static let timerChunk = 200
}
