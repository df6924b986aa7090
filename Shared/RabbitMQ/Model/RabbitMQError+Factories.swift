// The only places where an error's code and `isRetriable` are decided.
extension RabbitMQError {
    static func invalidConfiguration(_ context: String, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.invalidConfiguration, context, isRetriable: false, file: file, line: line)
    }

    static func connectFailed(_ context: String, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.connectFailed, context, isRetriable: true, file: file, line: line)
    }

    static func tlsFailed(
        _ context: String, isRetriable: Bool, file: String = #fileID, line: Int = #line
    ) -> RabbitMQError {
        RabbitMQError(.tlsFailed, context, isRetriable: isRetriable, file: file, line: line)
    }

    static func authenticationRefused(
        _ context: String, replyCode: Int?, replyText: String?, file: String = #fileID, line: Int = #line
    ) -> RabbitMQError {
        RabbitMQError(
            .authenticationRefused, context, isRetriable: false, replyCode: replyCode, replyText: replyText, file: file, line: line)
    }

    /// The broker closed the channel or the connection; the reply code says which error that is.
    static func closedByBroker(
        _ context: String, replyCode: Int, replyText: String, channel: Bool, refused: Refused?, file: String = #fileID, line: Int = #line
    ) -> RabbitMQError {
        let (code, isRetriable): (Code, Bool) =
            switch replyCode {
            case 403: (.accessRefused, false)
            case 404: (.notFound, false)
            // The holder may go away, so that trying again is worth it.
            case 405: (.resourceLocked, true)
            case 406: (.preconditionFailed, isRetriable(refused: refused, replyText))
            default: (channel ? .channelClosed : .connectionClosed, true)
            }
        return RabbitMQError(
            code, context, isRetriable: isRetriable, replyCode: replyCode, replyText: replyText, refused: refused, file: file, line: line)
    }

    /// Only what was refused says what a 406 means: a declaration that differs from what is there, and a message that is too large, are refused
    /// again and again. A delivery that was held for too long, or a tag that the broker does not know, is over with the connection.
    private static func isRetriable(refused: Refused?, _ replyText: String) -> Bool {
        switch refused {
        case .declaration: isAboutLimit(replyText)
        case .publish, .consume, .other: false
        case .acknowledgement, nil: true
        }
    }

    /// Whether the broker has as many queues, exchanges or connections as its operator allows: "… limit in vhost '/' (12) is reached".
    static func isAboutLimit(_ replyText: String) -> Bool { replyText.contains("limit") && replyText.contains("is reached") }

    static func connectionLost(_ context: String, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.connectionLost, context, isRetriable: true, file: file, line: line)
    }

    static func heartbeatTimeout(_ context: String, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.heartbeatTimeout, context, isRetriable: true, file: file, line: line)
    }

    static func timedOut(_ context: String, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.timedOut, context, isRetriable: true, file: file, line: line)
    }

    static func protocolViolation(_ context: String, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.protocolViolation, context, isRetriable: true, file: file, line: line)
    }

    static func setupFailed(_ underlying: any Error, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.setupFailed, "the setup closure failed", isRetriable: true, underlying: underlying, file: file, line: line)
    }

    static func consumerCancelled(queue: String, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.consumerCancelled, "the broker ended the consumer of \(queue)", isRetriable: true, file: file, line: line)
    }

    static func confirmTimeout(after limit: Duration, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.confirmTimeout, "no confirm within \(limit)", isRetriable: true, file: file, line: line)
    }

    static func unroutable(replyCode: Int, text: String, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(
            .unroutable, "no queue takes the message", isRetriable: true, replyCode: replyCode, replyText: text, file: file, line: line)
    }

    static func nacked(file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.nacked, "the broker did not take the message", isRetriable: true, file: file, line: line)
    }

    static func invalidMessage(_ context: String, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.invalidMessage, context, isRetriable: false, file: file, line: line)
    }

    static func overloaded(limit: Int, file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.overloaded, "\(limit) messages wait already", isRetriable: true, file: file, line: line)
    }

    static func cancelled(file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.cancelled, "the task was cancelled", isRetriable: true, file: file, line: line)
    }

    static func shutDown(file: String = #fileID, line: Int = #line) -> RabbitMQError {
        RabbitMQError(.shutDown, "the client was shut down", isRetriable: false, file: file, line: line)
    }
}
