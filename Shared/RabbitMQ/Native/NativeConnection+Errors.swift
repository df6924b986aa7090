import CRabbitMQ

extension NativeConnection {
    /// Checks the last RPC.
    func checkReply(_ context: @autoclosure () -> String) throws(RabbitMQError) {
        let reply = amqp_get_rpc_reply(handle)
        if reply.reply_type != AMQP_RESPONSE_NORMAL { throw Self.error(reply, context()) }
    }

    func check(_ reply: amqp_rpc_reply_t, _ context: @autoclosure () -> String) throws(RabbitMQError) {
        if reply.reply_type != AMQP_RESPONSE_NORMAL { throw Self.error(reply, context()) }
    }

    func check(_ status: Int32, _ context: @autoclosure () -> String) throws(RabbitMQError) {
        if status != AMQP_STATUS_OK.rawValue { throw Self.error(status, context()) }
    }

    static func error(_ reply: amqp_rpc_reply_t, _ context: String) -> RabbitMQError {
        switch reply.reply_type {
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: return error(reply.library_error, context)
        case AMQP_RESPONSE_SERVER_EXCEPTION: return closed(reply.reply, context)
        default: return .connectionLost("\(context): end of stream")
        }
    }

    /// The broker's close method of channel or connection.
    static func closed(_ method: amqp_method_t, _ context: String) -> RabbitMQError {
        guard let decoded = method.decoded else { return .protocolViolation("\(context): a method without content") }
        switch Int(method.id) {
        case CRABBITMQ_CHANNEL_CLOSE:
            let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            return .closedByBroker(
                context, replyCode: Int(close.reply_code), replyText: close.reply_text.text, channel: true,
                refused: .init(classId: close.class_id, methodId: close.method_id))
        case CRABBITMQ_CONNECTION_CLOSE:
            let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            return .closedByBroker(
                context, replyCode: Int(close.reply_code), replyText: close.reply_text.text, channel: false,
                refused: .init(classId: close.class_id, methodId: close.method_id))
        default: return .protocolViolation("\(context): method \(method.id) instead of an answer")
        }
    }

    static func error(_ status: Int32, _ context: String) -> RabbitMQError {
        let text = "\(context): \(String(cString: amqp_error_string2(status)))"
        switch status {
        case AMQP_STATUS_HEARTBEAT_TIMEOUT.rawValue: return .heartbeatTimeout(text)
        case AMQP_STATUS_TIMEOUT.rawValue: return .timedOut(text)
        case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue: return .connectFailed(text)
        case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue, AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue:
            return .tlsFailed(text, isRetriable: false)
        // Also what a broker that goes down in the handshake looks like.
        case AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue: return .tlsFailed(text, isRetriable: true)
        case AMQP_STATUS_BAD_AMQP_DATA.rawValue, AMQP_STATUS_UNKNOWN_CLASS.rawValue, AMQP_STATUS_UNKNOWN_METHOD.rawValue,
            AMQP_STATUS_WRONG_METHOD.rawValue, AMQP_STATUS_UNEXPECTED_STATE.rawValue, AMQP_STATUS_TABLE_TOO_BIG.rawValue,
            AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION.rawValue:
            return .protocolViolation(text)
        default: return .connectionLost(text)
        }
    }
}
