/// A message as it came from a queue, to be acknowledged or rejected through the consumer that delivered it. Shared and never changed: on its way
/// to whoever handles it, it goes through several lists.
public final class Delivery: Sendable {
    /// The queue it came from, as the subscription names it.
    public let queue: String
    /// The connection that delivered it, counted from 1. An acknowledgement on another generation is ignored.
    public let generation: Int
    /// The broker's number for it, valid in this generation only; rises by one per delivery over all subscriptions.
    public let deliveryTag: UInt64
    /// Whether it, or one before it, was delivered earlier and not acknowledged.
    public let redelivered: Bool
    public let exchange: String
    public let routingKey: String
    public let properties: MessageProperties
    /// The body; only its first `RabbitMQLimits.truncatedBodyBytes` when `isTruncated`.
    public let body: [UInt8]
    /// The body's size in bytes as announced by the broker.
    public let bodySize: Int
    /// Whether the body was over the subscription's limit, so that only its beginning was kept.
    public var isTruncated: Bool { wholeBodySHA256 != nil }
    /// Of the whole body, 32 bytes, where only its beginning was kept: large messages may begin alike. Else nil.
    public let wholeBodySHA256: [UInt8]?

    public init(
        queue: String, generation: Int = 1, deliveryTag: UInt64, redelivered: Bool = false, exchange: String, routingKey: String,
        properties: MessageProperties = MessageProperties(), body: [UInt8], bodySize: Int? = nil, wholeBodySHA256: [UInt8]? = nil
    ) {
        self.queue = queue
        self.generation = generation
        self.deliveryTag = deliveryTag
        self.redelivered = redelivered
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
        self.bodySize = bodySize ?? body.count
        self.wholeBodySHA256 = wholeBodySHA256
    }
}
