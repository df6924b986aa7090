/// A message to publish.
public struct OutgoingMessage: Sendable, Hashable {
    /// The exchange; empty means the default exchange, where the routing key is the queue's name.
    public var exchange: String
    public var routingKey: String
    public var body: [UInt8]
    public var properties: MessageProperties
    /// Whether the broker gives the message back when no queue takes it. Without it such a message vanishes and counts as confirmed.
    public var mandatory: Bool

    public init(
        exchange: String, routingKey: String, body: [UInt8], properties: MessageProperties = MessageProperties(), mandatory: Bool = true
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body
        self.properties = properties
        self.mandatory = mandatory
    }
}

/// What became of a published message.
public enum PublishOutcome: Sendable, Equatable {
    /// The broker has it, in every queue it was routed to.
    case confirmed
    /// Mandatory, and no queue took it (reply code 312 NO_ROUTE).
    case returned(replyCode: Int, text: String)
    /// The broker refused it. Another queue of the same exchange may have taken it: publishing again makes a duplicate there.
    case nacked
    /// The connection ended before the confirm: unknown, publish again.
    case lost
    /// Never written, because it cannot be encoded (`reason`); publishing it again will not help.
    case invalid(reason: String)
}

/// Says that the broker has taken a message and routed it to at least one queue (if it was mandatory).
public struct PublishReceipt: Sendable, Hashable {
    /// The connection that confirmed, counted from 1.
    public let generation: Int
}

extension RabbitMQPublisher {
    /// The outcome of one message handed to `enqueue`.
    public struct Settlement: Sendable, Equatable {
        /// The caller's token of the message.
        public let token: UInt64
        public let outcome: PublishOutcome

        public init(token: UInt64, outcome: PublishOutcome) {
            self.token = token
            self.outcome = outcome
        }
    }
}
