/// The AMQP basic properties of a message. A `nil` property is absent on the wire.
///
/// Text properties hold at most 255 bytes of UTF-8 each (`RabbitMQLimits.shortStringBytes`).
public struct MessageProperties: Sendable, Hashable {
    /// MIME type of the body.
    public var contentType: String?
    public var contentEncoding: String?
    /// The application's id of this message.
    public var messageId: String?
    /// The application's name for this kind of message.
    public var type: String?
    public var correlationId: String?
    /// Where answers go: a queue or routing key.
    public var replyTo: String?
    public var appId: String?
    /// When set, the broker refuses the message unless it is the connection's user.
    public var userId: String?
    /// 1 transient, 2 persistent.
    public var deliveryMode: UInt8?
    /// Seconds since 1970-01-01 UTC.
    public var timestamp: UInt64?
    /// Time to live as text: milliseconds.
    public var expiration: String?
    /// 0 to 255; only queues with priorities look at it.
    public var priority: UInt8?
    /// Application headers.
    public var headers: [String: FieldValue]

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
