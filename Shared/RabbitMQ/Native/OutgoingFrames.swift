import CRabbitMQ
import Glibc

/// Messages laid out as frames, one behind the other, so that many leave in one system call.
///
/// librabbitmq writes each frame of a message by a call of its own, three for each message, which is half of what publishing costs. Its encoders
/// are used all the same: only the heads and ends of frames are written here (AMQP 0-9-1, section 2.3.5).
final class OutgoingFrames {
    private static let headBytes = 7
    private static let endByte: UInt8 = 0xCE
    /// Class, weight and body size in front of the properties.
    private static let headerPrefixBytes = 12
    private static let methodNumberBytes = 4

    private let frameMax: Int
    private let memory: UnsafeMutableRawBufferPointer
    private var count = 0

    /// - Parameter frameMax: the largest frame that the broker takes, in bytes.
    init(frameMax: Int) {
        self.frameMax = frameMax
        // Method and header of a message that begins below `writeBytes` always fit; only what is used becomes real memory.
        memory = .allocate(byteCount: RabbitMQLimits.writeBytes + 2 * frameMax, alignment: 16)
    }

    deinit { memory.deallocate() }

    /// Lays out a message whose sizes have been checked (`OutgoingMessage+Validation`); writes when there is no more room.
    func append(_ message: borrowing OutgoingMessage, _ arena: Arena, to socket: Int32) throws(RabbitMQError) {
        if count >= RabbitMQLimits.writeBytes { try write(to: socket) }
        var method = amqp_basic_publish_t(
            ticket: 0, exchange: arena.bytes(message.exchange), routing_key: arena.bytes(message.routingKey),
            mandatory: message.mandatory ? 1 : 0, immediate: 0)
        var properties = arena.properties(message.properties)
        let bodySize = message.body.count
        try frame(AMQP_FRAME_METHOD) { room in
            let number = amqp_method_number_t(CRABBITMQ_BASIC_PUBLISH)
            room.storeBytes(of: number.bigEndian, as: UInt32.self)
            let fields = Self.rest(of: room, from: Self.methodNumberBytes)
            return (Self.methodNumberBytes, amqp_encode_method(number, &method, fields))
        }
        try frame(AMQP_FRAME_HEADER) { room in
            room.storeBytes(of: UInt16(CRABBITMQ_BASIC_CLASS).bigEndian, as: UInt16.self)
            room.storeBytes(of: 0, toByteOffset: 2, as: UInt16.self)
            room.storeBytes(of: UInt64(bodySize).bigEndian, toByteOffset: 4, as: UInt64.self)
            let list = Self.rest(of: room, from: Self.headerPrefixBytes)
            return (Self.headerPrefixBytes, amqp_encode_properties(UInt16(CRABBITMQ_BASIC_CLASS), &properties, list))
        }
        try message.body.span.bytes.withUnsafeBytes { body throws(RabbitMQError) in try append(body: body, to: socket) }
    }

    private func append(body: UnsafeRawBufferPointer, to socket: Int32) throws(RabbitMQError) {
        var rest = body
        while !rest.isEmpty {
            let fragment = UnsafeRawBufferPointer(rebasing: rest.prefix(frameMax - Self.headBytes - 1))
            if count + Self.headBytes + fragment.count + 1 > memory.count { try write(to: socket) }
            try frame(AMQP_FRAME_BODY) { room in
                room.copyMemory(from: fragment)
                return (fragment.count, 0)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(fragment.count))
        }
    }

    /// Writes what is laid out. Blocks while the peer takes nothing, without a limit: the watchdog cuts the socket then.
    func write(to socket: Int32) throws(RabbitMQError) {
        var written = 0
        while written < count {
            let taken = send(socket, memory.baseAddress.map { $0 + written }, count - written, Int32(MSG_NOSIGNAL))
            if taken >= 0 {
                written += taken
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if errno != EINTR {
                throw .connectionLost("publishing: \(String(cString: strerror(errno)))")
            }
        }
        count = 0
    }

    /// - Parameter fill: writes the payload into the room there is; returns what it wrote itself and what the library did, or its negative status.
    private func frame(
        _ type: Int32, _ fill: (UnsafeMutableRawBufferPointer) -> (own: Int, library: Int32)
    ) throws(RabbitMQError) {
        let room = UnsafeMutableRawBufferPointer(rebasing: memory[(count + Self.headBytes)..<(memory.count - 1)])
        let (own, library) = fill(room)
        guard library >= 0 else { throw NativeConnection.error(library, "publishing") }
        let size = own + Int(library)
        guard Self.headBytes + size + 1 <= frameMax else { throw .protocolViolation("publishing: a frame of \(size) bytes") }
        memory[count] = UInt8(type)
        memory.storeBytes(of: NativeConnection.channel.bigEndian, toByteOffset: count + 1, as: UInt16.self)
        memory.storeBytes(of: UInt32(size).bigEndian, toByteOffset: count + 3, as: UInt32.self)
        count += Self.headBytes + size
        memory[count] = Self.endByte
        count += 1
    }

    private static func rest(of room: UnsafeMutableRawBufferPointer, from start: Int) -> amqp_bytes_t {
        amqp_bytes_t(len: room.count - start, bytes: room.baseAddress.map { $0 + start })
    }
}
