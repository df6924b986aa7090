extension OutgoingMessage {
    /// Why the message cannot be encoded, or `nil`.
    ///
    /// librabbitmq finds these out only after it has sent the first frame of the message, which breaks the stream for all others.
    func reasonNotToSend(frameMax: Int) -> String? {
        if exchange.utf8.count > RabbitMQLimits.shortStringBytes { return "the exchange's name is too long" }
        if routingKey.utf8.count > RabbitMQLimits.shortStringBytes { return "the routing key is too long" }
        if body.count > RabbitMQLimits.maxBodyBytes { return "the body is over \(RabbitMQLimits.maxBodyBytes) bytes" }
        var size = RabbitMQLimits.headerFrameOverheadBytes
        var longest = 0
        // Not a loop over an array, which would cost an allocation per message.
        func count(_ text: String?) {
            guard let bytes = text?.utf8.count else { return }
            longest = max(longest, bytes)
            size += 1 + bytes
        }
        count(properties.contentType)
        count(properties.contentEncoding)
        count(properties.messageId)
        count(properties.type)
        count(properties.correlationId)
        count(properties.replyTo)
        count(properties.appId)
        count(properties.userId)
        count(properties.expiration)
        if longest > RabbitMQLimits.shortStringBytes { return "a text property is too long" }
        if !properties.headers.isEmpty {
            guard let headers = properties.headers.encodedSize(depth: RabbitMQLimits.headerDepth) else {
                return "the headers nest too deeply, or a header's name is too long"
            }
            size += headers
        }
        return size > frameMax ? "properties and headers do not fit into a frame of \(frameMax) bytes" : nil
    }

    /// Tells the messages in flight apart when the broker gives one back: a return has no number, only what was published.
    package var returnKey: UInt64 {
        Self.returnKey(exchange: exchange, routingKey: routingKey, messageId: properties.messageId ?? "")
    }

    static func returnKey(exchange: String, routingKey: String, messageId: String) -> UInt64 {
        // A collision only makes a message count as returned that was not, which publishes it twice.
        var hasher = Hasher()
        hasher.combine(messageId)
        hasher.combine(routingKey)
        hasher.combine(exchange)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

extension [String: FieldValue] {
    /// Bytes of this table on the wire; `nil` when it nests deeper than `depth` or has a name over 255 bytes.
    func encodedSize(depth: Int) -> Int? {
        if depth == 0 { return nil }
        var size = 4
        for (key, value) in self {
            let count = key.utf8.count
            guard count <= RabbitMQLimits.shortStringBytes, let value = value.encodedSize(depth: depth - 1) else { return nil }
            size += 1 + count + value
        }
        return size
    }
}

extension FieldValue {
    /// Bytes of this value with its kind on the wire.
    fileprivate func encodedSize(depth: Int) -> Int? {
        switch self {
        case .string(let text): return 5 + text.utf8.count
        case .bytes(let bytes): return 5 + bytes.count
        case .int, .double, .timestamp: return 9
        case .bool: return 2
        case .null: return 1
        case .table(let table): return table.encodedSize(depth: depth).map { 1 + $0 }
        case .array(let elements):
            if depth == 0 { return nil }
            var size = 5
            for element in elements {
                guard let element = element.encodedSize(depth: depth - 1) else { return nil }
                size += element
            }
            return size
        }
    }
}
