import CRabbitMQ

extension Arena {
    /// The properties in librabbitmq's form, with flags for those that are set.
    func properties(_ properties: borrowing MessageProperties) -> amqp_basic_properties_t {
        var native = amqp_basic_properties_t()
        var flags: Int32 = 0
        if let text = properties.contentType {
            flags |= AMQP_BASIC_CONTENT_TYPE_FLAG
            native.content_type = bytes(text)
        }
        if let text = properties.contentEncoding {
            flags |= AMQP_BASIC_CONTENT_ENCODING_FLAG
            native.content_encoding = bytes(text)
        }
        if !properties.headers.isEmpty {
            flags |= AMQP_BASIC_HEADERS_FLAG
            native.headers = table(properties.headers)
        }
        if let mode = properties.deliveryMode {
            flags |= AMQP_BASIC_DELIVERY_MODE_FLAG
            native.delivery_mode = mode
        }
        if let priority = properties.priority {
            flags |= AMQP_BASIC_PRIORITY_FLAG
            native.priority = priority
        }
        if let text = properties.correlationId {
            flags |= AMQP_BASIC_CORRELATION_ID_FLAG
            native.correlation_id = bytes(text)
        }
        if let text = properties.replyTo {
            flags |= AMQP_BASIC_REPLY_TO_FLAG
            native.reply_to = bytes(text)
        }
        if let text = properties.expiration {
            flags |= AMQP_BASIC_EXPIRATION_FLAG
            native.expiration = bytes(text)
        }
        if let text = properties.messageId {
            flags |= AMQP_BASIC_MESSAGE_ID_FLAG
            native.message_id = bytes(text)
        }
        if let seconds = properties.timestamp {
            flags |= AMQP_BASIC_TIMESTAMP_FLAG
            native.timestamp = seconds
        }
        if let text = properties.type {
            flags |= AMQP_BASIC_TYPE_FLAG
            native.type = bytes(text)
        }
        if let text = properties.userId {
            flags |= AMQP_BASIC_USER_ID_FLAG
            native.user_id = bytes(text)
        }
        if let text = properties.appId {
            flags |= AMQP_BASIC_APP_ID_FLAG
            native.app_id = bytes(text)
        }
        native._flags = amqp_flags_t(bitPattern: flags)
        return native
    }
}
