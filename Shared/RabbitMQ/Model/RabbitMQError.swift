/// What went wrong between this process and the broker.
///
/// Made only by the library. The description never holds a message body or a password.
public struct RabbitMQError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; compare with the static members.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        enum Name: String {
            case invalidConfiguration, connectFailed, tlsFailed, authenticationRefused, accessRefused, notFound, resourceLocked
            case preconditionFailed, channelClosed, connectionClosed, connectionLost, heartbeatTimeout, timedOut, protocolViolation
            case setupFailed, consumerCancelled, confirmTimeout, unroutable, nacked, invalidMessage, overloaded, cancelled, shutDown
        }
        let name: Name

        /// The URL, a limit or a file in the configuration makes no sense.
        public static let invalidConfiguration = Code(name: .invalidConfiguration)
        /// No TCP connection could be made (name unknown, refused, timed out).
        public static let connectFailed = Code(name: .connectFailed)
        /// The TLS handshake failed, or a certificate is not trusted.
        public static let tlsFailed = Code(name: .tlsFailed)
        /// User, password or virtual host were refused.
        public static let authenticationRefused = Code(name: .authenticationRefused)
        /// Reply 403: the user may not do this.
        public static let accessRefused = Code(name: .accessRefused)
        /// Reply 404: no such queue or exchange.
        public static let notFound = Code(name: .notFound)
        /// Reply 405: another connection holds the queue exclusively.
        public static let resourceLocked = Code(name: .resourceLocked)
        /// Reply 406: declared with other arguments (then `refused` says so), a message that is too large, a delivery that was not acknowledged
        /// in time, an unknown delivery tag …
        public static let preconditionFailed = Code(name: .preconditionFailed)
        /// The broker closed the channel with another reply code.
        public static let channelClosed = Code(name: .channelClosed)
        /// The broker closed the connection and said why.
        public static let connectionClosed = Code(name: .connectionClosed)
        /// The connection ended without a word; for a publish the outcome is unknown.
        public static let connectionLost = Code(name: .connectionLost)
        /// The peer was silent for two heartbeats.
        public static let heartbeatTimeout = Code(name: .heartbeatTimeout)
        /// An RPC was not answered in time.
        public static let timedOut = Code(name: .timedOut)
        /// The peer said something that the protocol does not allow.
        public static let protocolViolation = Code(name: .protocolViolation)
        /// The setup closure threw an error of its own (see `underlying`).
        public static let setupFailed = Code(name: .setupFailed)
        /// The broker ended a consumer, because its queue was deleted or lost its leader.
        public static let consumerCancelled = Code(name: .consumerCancelled)
        /// The broker did not confirm a publish within the limit; the outcome is unknown.
        public static let confirmTimeout = Code(name: .confirmTimeout)
        /// A mandatory message reached no queue.
        public static let unroutable = Code(name: .unroutable)
        /// The broker refused to take a message (full queue, no leader).
        public static let nacked = Code(name: .nacked)
        /// The message cannot be encoded; it was never written.
        public static let invalidMessage = Code(name: .invalidMessage)
        /// More messages wait in the client than `PublisherLimits.maxQueued`.
        public static let overloaded = Code(name: .overloaded)
        /// The calling task was cancelled; for a publish the outcome is unknown.
        public static let cancelled = Code(name: .cancelled)
        /// The publisher or consumer was shut down.
        public static let shutDown = Code(name: .shutDown)

        public var description: String { name.rawValue }
    }

    /// What of ours the broker refused. It says so itself when it closes a channel or a connection for it.
    public enum Refused: Sendable, Hashable {
        /// An exchange or a queue was declared, or a queue bound.
        case declaration
        case publish
        /// A consumer was started.
        case consume
        /// A delivery was acknowledged or rejected.
        case acknowledgement
        case other

        /// - Parameters: the numbers of the AMQP method at fault.
        init?(classId: UInt16, methodId: UInt16) {
            switch (classId, methodId) {
            case (0, _): return nil
            case (40, 10), (50, 10), (50, 20): self = .declaration
            case (60, 40): self = .publish
            case (60, 20): self = .consume
            case (60, 80), (60, 90), (60, 120): self = .acknowledgement
            default: self = .other
            }
        }
    }

    /// The kind of failure.
    public let code: Code
    /// Whether the same call can succeed later without a change of configuration, rights, topology or message.
    public let isRetriable: Bool
    /// What the client was doing, in a few words.
    public let context: String
    /// The broker's reply code (AMQP 0-9-1, e.g. 406), when it gave one.
    public let replyCode: Int?
    /// The broker's reply text, when it gave one. Names exchanges, queues and arguments, not contents.
    public let replyText: String?
    /// What of ours the broker refused; nil where it was nothing of ours, e.g. when a delivery was not acknowledged in time.
    public let refused: Refused?
    /// The error beneath, e.g. the one thrown by a setup closure.
    public let underlying: (any Error)?
    /// Where in the library the error was made.
    public let file: String
    public let line: Int

    public var description: String {
        var text = "\(code): \(context)"
        if let replyCode { text += " [\(replyCode)\(replyText.map { " \($0)" } ?? "")]" }
        if let underlying { text += ", because of: \(underlying)" }
        return text
    }

    init(
        _ code: Code, _ context: String, isRetriable: Bool, replyCode: Int? = nil, replyText: String? = nil,
        refused: Refused? = nil, underlying: (any Error)? = nil, file: String, line: Int
    ) {
        self.code = code
        self.isRetriable = isRetriable
        self.context = context
        self.replyCode = replyCode
        self.replyText = replyText
        self.refused = refused
        self.underlying = underlying
        self.file = file
        self.line = line
    }
}

extension RabbitMQError: Equatable {
    /// Equal when code, reply, context and what was refused are; where it was made and what lies beneath do not count.
    public static func == (a: RabbitMQError, b: RabbitMQError) -> Bool {
        a.code == b.code && a.replyCode == b.replyCode && a.replyText == b.replyText && a.context == b.context && a.refused == b.refused
    }
}
