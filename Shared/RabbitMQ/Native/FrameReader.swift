import CRabbitMQ
import Glibc

/// What came from the broker. Deliveries go to `FrameReader.deliveries` instead, since they are many.
enum Event {
    /// Nothing is there now.
    case nothing
    /// A frame that asks for nothing: a heartbeat, a part of a message.
    case progress
    case confirmed(tag: UInt64, multiple: Bool, isNack: Bool)
    case returned(replyCode: Int, text: String, key: UInt64)
    case blocked(reason: String)
    case unblocked
    case consumerStarted
    case consumerCancelled(tag: String)
}

/// Reads single frames and puts messages together from method, header and body frames, within size limits.
///
/// The library's own message functions throw away other frames, wait without limit for the second one and allocate what is announced.
struct FrameReader {
    /// What the consumers subscribed to; the consumer tag is the index.
    struct Source {
        var queue: String
        var maxBodySize: Int
    }

    /// Complete deliveries, for the caller to take …
    private(set) var deliveries: [Delivery] = []
    /// … what each of them takes in memory …
    private(set) var sizes: [UInt32] = []
    /// … and all together. Bytes.
    private(set) var bytes = 0
    /// The tag of the last complete delivery for each source; 0 before the first.
    private(set) var lastTags: [UInt64]

    private let sources: [Source]
    private let generation: Int
    private var consumerTags = TextCache()
    private var exchanges = TextCache()
    private var routingKeys = TextCache()
    private var properties = PropertiesDecoder()

    /// What has come of the message whose frames are coming in. Its parts stand beside, for to carry them along would be to copy them.
    private enum Part {
        case none, deliverMethod, deliverBody, returnMethod, returnBody
    }
    private var part = Part.none
    private var source = 0
    private var tag: UInt64 = 0
    private var isRedelivered = false
    private var exchange = ""
    private var routingKey = ""
    private var messageProperties: MessageProperties?
    private var reply = (code: 0, text: "")
    private var body: [UInt8] = []
    private var bodySize = 0
    private var bodySeen = 0
    /// Of a body that is not kept whole.
    private var digest: BodyDigest?
    private var headerBytes = 0

    init(sources: [Source], generation: Int) {
        self.sources = sources
        self.generation = generation
        lastTags = Array(repeating: 0, count: sources.count)
    }

    /// Whether the rest of a message is still to come.
    var isWithinMessage: Bool { part != .none }

    /// Reads frames until one asks for something, until so many deliveries or bytes of them are complete, or for long enough; never waits.
    /// - Throws: when the broker closed channel or connection, or the stream ended or makes no sense.
    mutating func next(
        from connection: NativeConnection, deliveries limit: Int = .max, bytes byteLimit: Int = .max
    ) throws(RabbitMQError) -> Event {
        for _ in 0..<RabbitMQLimits.framesPerTurn {
            if deliveries.count >= limit || bytes >= byteLimit { break }
            let event = try frame(from: connection)
            if case .progress = event { continue }
            return event
        }
        return .progress
    }

    /// Gives the complete deliveries away.
    mutating func take(_ body: (_ deliveries: inout [Delivery], _ sizes: [UInt32]) -> Void) {
        body(&deliveries, sizes)
        deliveries.removeAll(keepingCapacity: true)
        sizes.removeAll(keepingCapacity: true)
        bytes = 0
    }

    private mutating func frame(from connection: NativeConnection) throws(RabbitMQError) -> Event {
        var frame = amqp_frame_t()
        var atOnce = timeval(tv_sec: 0, tv_usec: 0)
        let status = amqp_simple_wait_frame_noblock(connection.handle, &frame, &atOnce)
        if status == AMQP_STATUS_TIMEOUT.rawValue { return .nothing }
        try connection.check(status, "reading")
        // Everything of use is copied below, so that its memory can go at once, also that of a body of many frames.
        defer { amqp_maybe_release_buffers_on_channel(connection.handle, frame.channel) }
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD: return try method(frame.payload.method)
        case AMQP_FRAME_HEADER:
            guard let decoded = frame.payload.properties.decoded else { throw .protocolViolation("a header frame without properties") }
            headerBytes = frame.payload.properties.raw.len
            return try header(
                decoded.assumingMemoryBound(to: amqp_basic_properties_t.self), size: frame.payload.properties.body_size)
        case AMQP_FRAME_BODY: return try fragment(frame.payload.body_fragment.buffer)
        default: return .progress
        }
    }

    private mutating func method(_ method: amqp_method_t) throws(RabbitMQError) -> Event {
        guard part == .none else { throw .protocolViolation("a method within a message") }
        guard let decoded = method.decoded else { throw .protocolViolation("a method without content") }
        switch Int(method.id) {
        case CRABBITMQ_BASIC_DELIVER:
            let deliver = decoded.assumingMemoryBound(to: amqp_basic_deliver_t.self)
            guard let source = Int(consumerTags.text(deliver.pointee.consumer_tag)), sources.indices.contains(source) else {
                throw .protocolViolation("a delivery for an unknown consumer")
            }
            part = .deliverMethod
            self.source = source
            tag = deliver.pointee.delivery_tag
            isRedelivered = deliver.pointee.redelivered != 0
            exchange = exchanges.text(deliver.pointee.exchange)
            routingKey = routingKeys.text(deliver.pointee.routing_key)
            return .progress
        case CRABBITMQ_BASIC_ACK:
            let ack = decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
            return .confirmed(tag: ack.delivery_tag, multiple: ack.multiple != 0, isNack: false)
        case CRABBITMQ_BASIC_NACK:
            let nack = decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
            return .confirmed(tag: nack.delivery_tag, multiple: nack.multiple != 0, isNack: true)
        case CRABBITMQ_BASIC_RETURN:
            let back = decoded.assumingMemoryBound(to: amqp_basic_return_t.self)
            part = .returnMethod
            reply = (Int(back.pointee.reply_code), back.pointee.reply_text.text)
            exchange = back.pointee.exchange.text
            routingKey = back.pointee.routing_key.text
            return .progress
        case CRABBITMQ_BASIC_CANCEL:
            let tag = decoded.assumingMemoryBound(to: amqp_basic_cancel_t.self).pointee.consumer_tag.text
            return .consumerCancelled(tag: tag)
        case CRABBITMQ_CONNECTION_BLOCKED:
            return .blocked(reason: decoded.assumingMemoryBound(to: amqp_connection_blocked_t.self).pointee.reason.text)
        case CRABBITMQ_CONNECTION_UNBLOCKED: return .unblocked
        case CRABBITMQ_BASIC_CONSUME_OK: return .consumerStarted
        case CRABBITMQ_BASIC_QOS_OK: return .progress
        case CRABBITMQ_CHANNEL_CLOSE, CRABBITMQ_CONNECTION_CLOSE:
            throw NativeConnection.closed(method, "closed by the broker")
        default: throw .protocolViolation("unexpected method \(method.id)")
        }
    }

    private mutating func header(
        _ native: UnsafeMutablePointer<amqp_basic_properties_t>, size: UInt64
    ) throws(RabbitMQError) -> Event {
        guard let size = Int(exactly: size) else { throw .protocolViolation("an impossible body size") }
        bodySize = size
        bodySeen = 0
        switch part {
        case .deliverMethod:
            var decoded = MessageProperties()
            properties.decode(native.pointee, into: &decoded)
            messageProperties = decoded
            part = .deliverBody
            if size == 0 { finishDelivery([]) }
            return .progress
        case .returnMethod:
            // The body is what we sent; it is only counted until its end.
            part = size == 0 ? .none : .returnBody
            let hasId = Int32(bitPattern: native.pointee._flags) & AMQP_BASIC_MESSAGE_ID_FLAG != 0
            let key = OutgoingMessage.returnKey(
                exchange: exchange, routingKey: routingKey, messageId: hasId ? native.pointee.message_id.text : "")
            return .returned(replyCode: reply.code, text: reply.text, key: key)
        default: throw .protocolViolation("a header without its method")
        }
    }

    private mutating func fragment(_ bytes: UnsafeRawBufferPointer) throws(RabbitMQError) -> Event {
        bodySeen += bytes.count
        if bodySeen > bodySize { throw .protocolViolation("a body larger than announced") }
        switch part {
        case .deliverBody:
            if bytes.count == bodySize, bodySize <= sources[source].maxBodySize {
                finishDelivery([UInt8](bytes))
                return .progress
            }
            var limit = bodySize
            if bodySize > sources[source].maxBodySize {
                limit = min(bodySize, RabbitMQLimits.truncatedBodyBytes)
                if digest == nil { digest = BodyDigest() }
                digest?.update(bytes)
            }
            if body.isEmpty { body.reserveCapacity(limit) }
            body.append(contentsOf: bytes.prefix(limit - body.count))
            if bodySeen == bodySize {
                finishDelivery(body)
                body = []
            }
            return .progress
        case .returnBody:
            if bodySeen == bodySize { part = .none }
            return .progress
        default: throw .protocolViolation("a body without its header")
        }
    }

    private mutating func finishDelivery(_ body: [UInt8]) {
        guard let properties = messageProperties.take() else { return }
        let digest = self.digest.take()?.finish()
        part = .none
        let size = RabbitMQLimits.bytesInMemory(body: body.count, header: headerBytes)
        sizes.append(UInt32(clamping: size))
        bytes += size
        lastTags[source] = tag
        deliveries.append(
            Delivery(
                queue: sources[source].queue, generation: generation, deliveryTag: tag, redelivered: isRedelivered, exchange: exchange,
                routingKey: routingKey, properties: properties, body: body, bodySize: bodySize, wholeBodySHA256: digest))
    }
}
