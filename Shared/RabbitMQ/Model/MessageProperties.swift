/// The AMQP basic properties of a message. A `nil` property is absent on the wire.
///
/// Text properties hold at most 255 bytes of UTF-8 each (`RabbitMQLimits.shortStringBytes`).
public struct MessageProperties: Sendable, Hashable {
    /// MIME type of the body.
    public var contentType: String? = nil
    public var contentEncoding: String? = nil
    /// The application's id of this message.
    public var messageId: String? = nil
    /// The application's name for this kind of message.
    public var type: String? = nil
    public var correlationId: String? = nil
    /// Where answers go: a queue or routing key.
    public var replyTo: String? = nil
    public var appId: String? = nil
    /// When set, the broker refuses the message unless it is the connection's user.
    public var userId: String? = nil
    /// 1 transient, 2 persistent.
    public var deliveryMode: UInt8? = nil
    /// Seconds since 1970-01-01 UTC.
    public var timestamp: UInt64? = nil
    /// Time to live as text: milliseconds.
    public var expiration: String? = nil
    /// 0 to 255; only queues with priorities look at it.
    public var priority: UInt8? = nil
    /// Application headers.
    public var headers: [String: FieldValue] = [:]

    /// Nothing.
    public init() {}

    public init(
        contentType: String? = nil, contentEncoding: String? = nil, messageId: String? = nil, type: String? = nil,
        correlationId: String? = nil, replyTo: String? = nil, appId: String? = nil, userId: String? = nil,
        deliveryMode: UInt8? = nil, timestamp: UInt64? = nil, expiration: String? = nil, priority: UInt8? = nil,
        headers: [String: FieldValue] = [:]
    ) {
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.messageId = messageId
        self.type = type
        self.correlationId = correlationId
        self.replyTo = replyTo
        self.appId = appId
        self.userId = userId
        self.deliveryMode = deliveryMode
        self.timestamp = timestamp
        self.expiration = expiration
        self.priority = priority
        self.headers = headers
    }
}
