import CRabbitMQ
import Glibc

/// A librabbitmq connection with its one channel open.
///
/// Not `Sendable`: it is made, used and released on one thread, since the library is not thread-safe at all. Any error ends its use.
final class NativeConnection {
    static let channel: amqp_channel_t = 1

    let handle: amqp_connection_state_t
    let frameMax: Int
    let heartbeat: Duration
    let arena = Arena()
    /// Where messages are laid out; nil with TLS, for whose stream only the library can write.
    private let frames: OutgoingFrames?
    private var isGathering = false

    /// For the watchdog's `shutdown` and for poll; valid until this object is released.
    var socket: Int32 { amqp_get_sockfd(handle) }

    /// Takes over a connection that is logged in (see `ConnectionOpening`).
    init(adopting handle: amqp_connection_state_t, isEncrypted: Bool) {
        self.handle = handle
        frameMax = Int(amqp_get_frame_max(handle))
        heartbeat = .seconds(Int(amqp_get_heartbeat(handle)))
        frames = isEncrypted ? nil : OutgoingFrames(frameMax: frameMax)
    }

    deinit { amqp_destroy_connection(handle) }

    /// As the broker stated them in the handshake.
    var serverProperties: [String: FieldValue] { amqp_get_server_properties(handle)?.pointee.decoded() ?? [:] }

    /// Opens the channel. The first RPC.
    func openChannel() throws(RabbitMQError) {
        _ = amqp_channel_open(handle, Self.channel)
        try checkReply("opening the channel")
    }

    /// Asks for confirms; publishes then count from 1.
    func selectConfirms() throws(RabbitMQError) {
        _ = amqp_confirm_select(handle, Self.channel)
        try checkReply("asking for confirms")
    }

    /// Writes a message. Blocks while the peer takes nothing, without a limit: the watchdog cuts the socket then.
    /// - Throws: always fatal for the connection, since part of the message may have been written.
    func publish(_ message: borrowing OutgoingMessage) throws(RabbitMQError) {
        arena.reset()
        if let frames {
            try frames.append(message, arena, to: socket)
            if !isGathering { try frames.write(to: socket) }
            return
        }
        let exchange = arena.bytes(message.exchange)
        let routingKey = arena.bytes(message.routingKey)
        var properties = arena.properties(message.properties)
        let mandatory: amqp_boolean_t = message.mandatory ? 1 : 0
        let status = message.body.withUnsafeBytes { body in
            // The library reads only, although its type has no const.
            let bytes = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
            return amqp_basic_publish(handle, Self.channel, exchange, routingKey, mandatory, 0, &properties, bytes)
        }
        try check(status, "publishing")
    }

    /// Between `true` and `false` messages leave in full segments: for many at once that is cheaper by half, here and at the broker, than a
    /// segment and a wake-up for each.
    func gather(_ isOn: Bool) throws(RabbitMQError) {
        isGathering = isOn
        if let frames {
            if !isOn { try frames.write(to: socket) }
        } else {
            // What the kernel holds back leaves after 200 ms at the latest.
            var flag: Int32 = isOn ? 1 : 0
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &flag, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    /// Asks for a consumer without waiting for the answers: once a consumer runs, an RPC would meet deliveries.
    /// They come as `Event.prefetchSet` and `Event.consumerStarted`.
    func startConsumer(
        queue: String, tag: String, prefetch: UInt16, exclusive: Bool, arguments: [String: FieldValue]
    ) throws(RabbitMQError) {
        arena.reset()
        var prefetch = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: prefetch, global: 0)
        try check(amqp_send_method(handle, Self.channel, amqp_method_number_t(CRABBITMQ_BASIC_QOS), &prefetch), "prefetch")
        var consume = amqp_basic_consume_t(
            ticket: 0, queue: arena.bytes(queue), consumer_tag: arena.bytes(tag), no_local: 0, no_ack: 0, exclusive: exclusive ? 1 : 0,
            nowait: 0, arguments: arena.table(arguments))
        try check(amqp_send_method(handle, Self.channel, amqp_method_number_t(CRABBITMQ_BASIC_CONSUME), &consume), "consuming")
    }

    func acknowledge(_ tag: UInt64, multiple: Bool) throws(RabbitMQError) {
        precondition(tag > 0, "Tag 0 would acknowledge everything")
        try check(amqp_basic_ack(handle, Self.channel, tag, multiple ? 1 : 0), "acknowledging")
    }

    func reject(_ tag: UInt64, requeue: Bool) throws(RabbitMQError) {
        precondition(tag > 0, "There is no tag 0")
        try check(amqp_basic_reject(handle, Self.channel, tag, requeue ? 1 : 0), "rejecting")
    }

    /// Says that we live, which the library does by itself only when it reads or writes.
    func sendHeartbeat() throws(RabbitMQError) {
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_HEARTBEAT)
        try check(amqp_send_frame(handle, &frame), "a heartbeat")
    }

    /// Whether the peer has ended the connection, as far as that shows without reading.
    var isPeerGone: Bool { SocketEnd.hasCome(socket) }

    /// Lets the kernel end the connection when the peer's machine takes nothing of what we send: where nobody reads, nobody else notices. A broker
    /// that merely takes its time is left alone, for its machine takes it.
    func limitSilence(_ isOn: Bool) {
        var limit = UInt32(clamping: isOn ? (heartbeat * RabbitMQLimits.silentHeartbeats).nanoseconds / 1_000_000 : 0)
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &limit, socklen_t(MemoryLayout<UInt32>.size))
    }

    /// Closes channel and connection in order; each waits for its answer, at most the limit.
    ///
    /// What still comes in is thrown away frame by frame: the library's own call would keep all of it, up to a prefetch of large messages.
    /// - Parameter onTurn: called often; tells the watchdog that the thread lives.
    /// - Throws: when the peer does not play along; the connection is over all the same.
    func close(within limit: Duration = RabbitMQLimits.rpcTimeout, onTurn: () -> Void = {}) throws(RabbitMQError) {
        var method = amqp_channel_close_t(
            reply_code: UInt16(AMQP_REPLY_SUCCESS), reply_text: amqp_bytes_t(len: 0, bytes: nil), class_id: 0, method_id: 0)
        let number = amqp_method_number_t(CRABBITMQ_CHANNEL_CLOSE)
        try check(amqp_send_method(handle, Self.channel, number, &method), "closing the channel")
        let deadline = MonotonicTime.now() + limit
        while try !isClosedByNextFrame() {
            onTurn()
            if MonotonicTime.now() >= deadline { throw .timedOut("closing the channel") }
        }
        try check(amqp_connection_close(handle, AMQP_REPLY_SUCCESS), "closing the connection")
    }

    private func isClosedByNextFrame() throws(RabbitMQError) -> Bool {
        var frame = amqp_frame_t()
        var turn = timeval(tv_sec: 0, tv_usec: Int(RabbitMQLimits.turnMilliseconds) * 1000)
        let status = amqp_simple_wait_frame_noblock(handle, &frame, &turn)
        if status == AMQP_STATUS_TIMEOUT.rawValue { return false }
        try check(status, "closing the channel")
        defer { amqp_maybe_release_buffers_on_channel(handle, frame.channel) }
        guard Int32(frame.frame_type) == AMQP_FRAME_METHOD else { return false }
        switch Int(frame.payload.method.id) {
        case CRABBITMQ_CHANNEL_CLOSE_OK: return true
        case CRABBITMQ_CHANNEL_CLOSE, CRABBITMQ_CONNECTION_CLOSE: throw Self.closed(frame.payload.method, "closing the channel")
        default: return false
        }
    }
}

// The declarations; documented where they are public, at SetupChannel.
extension NativeConnection {
    func declareExchange(_ name: String, type: String, durable: Bool, passive: Bool) throws(RabbitMQError) {
        arena.reset()
        amqp_exchange_declare(
            handle, Self.channel, arena.bytes(name), arena.bytes(type), passive ? 1 : 0, durable ? 1 : 0, 0, 0, amqp_table_t())
        try checkReply("declaring exchange \(name)")
    }

    func declareQueue(
        _ name: String, durable: Bool, exclusive: Bool, autoDelete: Bool, passive: Bool, arguments: [String: FieldValue]
    ) throws(RabbitMQError) -> (name: String, messageCount: UInt32, consumerCount: UInt32) {
        arena.reset()
        let answer = amqp_queue_declare(
            handle, Self.channel, arena.bytes(name), passive ? 1 : 0, durable ? 1 : 0, exclusive ? 1 : 0, autoDelete ? 1 : 0,
            arena.table(arguments))
        try checkReply("declaring queue \(name)")
        guard let answer else { throw .protocolViolation("declaring queue \(name) has no answer") }
        return (answer.pointee.queue.text, answer.pointee.message_count, answer.pointee.consumer_count)
    }

    func bindQueue(
        _ queue: String, exchange: String, routingKey: String, arguments: [String: FieldValue]
    ) throws(RabbitMQError) {
        arena.reset()
        amqp_queue_bind(
            handle, Self.channel, arena.bytes(queue), arena.bytes(exchange), arena.bytes(routingKey), arena.table(arguments))
        try checkReply("binding queue \(queue) to \(exchange) by \(routingKey)")
    }

    func unbindQueue(
        _ queue: String, exchange: String, routingKey: String, arguments: [String: FieldValue]
    ) throws(RabbitMQError) {
        arena.reset()
        amqp_queue_unbind(
            handle, Self.channel, arena.bytes(queue), arena.bytes(exchange), arena.bytes(routingKey), arena.table(arguments))
        try checkReply("unbinding queue \(queue) from \(exchange) by \(routingKey)")
    }

    func deleteQueue(_ queue: String, ifUnused: Bool, ifEmpty: Bool) throws(RabbitMQError) -> UInt32 {
        arena.reset()
        let answer = amqp_queue_delete(handle, Self.channel, arena.bytes(queue), ifUnused ? 1 : 0, ifEmpty ? 1 : 0)
        try checkReply("deleting queue \(queue)")
        return answer?.pointee.message_count ?? 0
    }

    func deleteExchange(_ exchange: String, ifUnused: Bool) throws(RabbitMQError) {
        arena.reset()
        amqp_exchange_delete(handle, Self.channel, arena.bytes(exchange), ifUnused ? 1 : 0)
        try checkReply("deleting exchange \(exchange)")
    }

    func purgeQueue(_ queue: String) throws(RabbitMQError) -> UInt32 {
        arena.reset()
        let answer = amqp_queue_purge(handle, Self.channel, arena.bytes(queue))
        try checkReply("purging queue \(queue)")
        return answer?.pointee.message_count ?? 0
    }
}
