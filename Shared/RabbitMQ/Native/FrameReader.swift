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

    /// Complete deliveries, for the caller to take.
    var deliveries: [Delivery] = []

    private let sources: [Source]
    private let generation: Int
    private var exchanges = TextCache()
    private var routingKeys = TextCache()
    private var properties = PropertiesDecoder()
    private var message = Partial.none

    /// The message whose frames are coming in.
    private enum Partial {
        case none
        case deliverMethod(source: Int, tag: UInt64, redelivered: Bool, exchange: String, routingKey: String)
        case deliverBody(source: Int, tag: UInt64, redelivered: Bool, exchange: String, routingKey: String, MessageProperties)
        case returnMethod(replyCode: Int, text: String, exchange: String, routingKey: String)
        case returnBody
    }
    private var body: [UInt8] = []
    private var bodySize = 0
    private var bodySeen = 0

    init(sources: [Source], generation: Int) {
        self.sources = sources
        self.generation = generation
    }

    /// Reads the next frame, if one is there; never waits.
    /// - Throws: when the broker closed channel or connection, or the stream ended or makes no sense.
    mutating func next(from connection: NativeConnection) throws(RabbitMQError) -> Event {
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
            return try header(
                decoded.assumingMemoryBound(to: amqp_basic_properties_t.self), size: frame.payload.properties.body_size)
        case AMQP_FRAME_BODY: return try fragment(frame.payload.body_fragment.buffer)
        default: return .progress
        }
    }

    private mutating func method(_ method: amqp_method_t) throws(RabbitMQError) -> Event {
        guard case .none = message else { throw .protocolViolation("a method within a message") }
        guard let decoded = method.decoded else { throw .protocolViolation("a method without content") }
        switch Int(method.id) {
        case CRABBITMQ_BASIC_DELIVER:
            let deliver = decoded.assumingMemoryBound(to: amqp_basic_deliver_t.self)
            guard let source = Int(deliver.pointee.consumer_tag.text), sources.indices.contains(source) else {
                throw .protocolViolation("a delivery for an unknown consumer")
            }
            message = .deliverMethod(
                source: source, tag: deliver.pointee.delivery_tag, redelivered: deliver.pointee.redelivered != 0,
                exchange: exchanges.text(deliver.pointee.exchange), routingKey: routingKeys.text(deliver.pointee.routing_key))
            return .progress
        case CRABBITMQ_BASIC_ACK:
            let ack = decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
            return .confirmed(tag: ack.delivery_tag, multiple: ack.multiple != 0, isNack: false)
        case CRABBITMQ_BASIC_NACK:
            let nack = decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
            return .confirmed(tag: nack.delivery_tag, multiple: nack.multiple != 0, isNack: true)
        case CRABBITMQ_BASIC_RETURN:
            let back = decoded.assumingMemoryBound(to: amqp_basic_return_t.self)
            message = .returnMethod(
                replyCode: Int(back.pointee.reply_code), text: back.pointee.reply_text.text,
                exchange: back.pointee.exchange.text, routingKey: back.pointee.routing_key.text)
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
        switch message {
        case .deliverMethod(let source, let tag, let redelivered, let exchange, let routingKey):
            let decoded = properties.decode(native.pointee)
            message = .deliverBody(
                source: source, tag: tag, redelivered: redelivered, exchange: exchange, routingKey: routingKey, decoded)
            if size == 0 { finishDelivery([]) }
            return .progress
        case .returnMethod(let replyCode, let text, let exchange, let routingKey):
            // The body is what we sent; it is only counted until its end.
            message = size == 0 ? .none : .returnBody
            let hasId = Int32(bitPattern: native.pointee._flags) & AMQP_BASIC_MESSAGE_ID_FLAG != 0
            let key = OutgoingMessage.returnKey(
                exchange: exchange, routingKey: routingKey, messageId: hasId ? native.pointee.message_id.text : "")
            return .returned(replyCode: replyCode, text: text, key: key)
        default: throw .protocolViolation("a header without its method")
        }
    }

    private mutating func fragment(_ bytes: UnsafeRawBufferPointer) throws(RabbitMQError) -> Event {
        bodySeen += bytes.count
        if bodySeen > bodySize { throw .protocolViolation("a body larger than announced") }
        switch message {
        case .deliverBody(let source, _, _, _, _, _):
            if bytes.count == bodySize, bodySize <= sources[source].maxBodySize {
                finishDelivery([UInt8](bytes))
                return .progress
            }
            let limit = bodySize <= sources[source].maxBodySize ? bodySize : min(bodySize, RabbitMQLimits.truncatedBodyBytes)
            if body.isEmpty { body.reserveCapacity(limit) }
            body.append(contentsOf: bytes.prefix(limit - body.count))
            if bodySeen == bodySize {
                finishDelivery(body)
                body = []
            }
            return .progress
        case .returnBody:
            if bodySeen == bodySize { message = .none }
            return .progress
        default: throw .protocolViolation("a body without its header")
        }
    }

    private mutating func finishDelivery(_ body: [UInt8]) {
        guard case .deliverBody(let source, let tag, let redelivered, let exchange, let routingKey, let properties) = message else {
            return
        }
        message = .none
        deliveries.append(
            Delivery(
                queue: sources[source].queue, generation: generation, deliveryTag: tag, redelivered: redelivered, exchange: exchange,
                routingKey: routingKey, properties: properties, body: body, bodySize: bodySize, isTruncated: body.count < bodySize))
    }
}
