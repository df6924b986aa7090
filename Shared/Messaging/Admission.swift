import Contracts

/// The checks that every delivery passes before its type is looked at; section 2 of the contract, in its order.
public enum Admission {
    /// The envelope of a message that came by `incoming.channel` of `service`, or why it is parked.
    public static func envelope(of incoming: Incoming) throws(EnvelopeFault) -> Envelope {
        let limit = incoming.channel == .commands ? Limits.commandSize : Limits.eventSize
        if incoming.size > limit { throw EnvelopeFault(.oversize, "\(incoming.size) bytes; the limit is \(limit)") }
        guard let contentType = incoming.contentType else { throw EnvelopeFault(.contentType, "the content type is missing") }
        guard MediaType.isCloudEvent(contentType) else {
            throw EnvelopeFault(.contentType, "the content type is not application/cloudevents+json")
        }
        if let property = incoming.propertyHoldingNull {
            throw EnvelopeFault(.malformed, "the property \(property) has the character U+0000")
        }
        let likely = Envelope.Likely(
            id: incoming.messageId, correlationId: incoming.correlationId, traceparent: incoming.traceparent)
        return try Envelope(parsing: incoming.body, like: likely)
    }

    /// The first word of the delivered routing key must be the service named in `type`: broker permissions on routing keys then hold for types too.
    public static func checkRoute(_ incoming: Incoming, type: String) throws(EnvelopeFault) {
        guard type.hasPrefix(MessageName.prefix) else {
            throw EnvelopeFault(.unknownType, "the type \(type.prefix(100)) is not of this platform")
        }
        guard haveSameWord(type, from: MessageName.prefix.utf8.count, incoming.routingKey) else {
            throw EnvelopeFault(
                .forged, "delivered with routing key \(incoming.routingKey.prefix(100)), but its type is \(type.prefix(200))")
        }
    }

    /// Whether `text` has, from a place on, the word up to a dot or the end that `other` begins with.
    private static func haveSameWord(_ text: String, from start: Int, _ other: String) -> Bool {
        var (text, other) = (text, other)
        return text.withUTF8 { text in
            other.withUTF8 { other in
                let dot = UInt8(ascii: ".")
                var place = 0
                while place < other.count, other[place] != dot {
                    guard start + place < text.count, text[start + place] == other[place] else { return false }
                    place += 1
                }
                return start + place == text.count || text[start + place] == dot
            }
        }
    }
}

/// Where a reply goes; section 4 of the contract.
public enum ReplyDestination: Sendable, Hashable {
    case exchange(routingKey: String)
    case queue(String)

    /// Nil where no reply may be sent. A forbidden publish would close the channel and take the messages behind it along.
    public init?(_ replyTo: String, queuesAllowed: Bool) {
        guard replyTo.utf8.count <= 255, !replyTo.utf8.contains(0) else { return nil }
        if replyTo.hasPrefix("reply."), replyTo.split(separator: ".", omittingEmptySubsequences: false).count >= 3 {
            self = .exchange(routingKey: replyTo)
        } else if queuesAllowed, replyTo.hasPrefix("amq.gen-") || Self.mayBeDirect(replyTo) {
            self = .queue(replyTo)
        } else {
            return nil
        }
    }

    /// Direct reply-to. What follows is the broker's own code, which differs between versions, so no more is asked of it than that it is there and
    /// visible ASCII; the relay isolates those that the broker cannot read.
    private static func mayBeDirect(_ replyTo: String) -> Bool {
        let prefix = "amq.rabbitmq.reply-to."
        return replyTo.hasPrefix(prefix) && replyTo.utf8.count > prefix.utf8.count && replyTo.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }
}
