import Foundation
import Glibc
import Messaging
import StrictJSON
import TestSupport

/// AMQP 0-9-1 by hand, for what no decent client sends: headers that nest a thousandfold, and direct reply-to, which needs publisher and
/// consumer on one channel. Blocks; runs on a thread of its own.
struct RawAMQP: ~Copyable {
    private let socket: Int32

    /// Runs the body with an open channel on 127.0.0.1.
    static func run<Value: Sendable>(
        port: Int, virtualHost: String, _ body: @escaping @Sendable (borrowing RawAMQP) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try body(RawAMQP(port: port, virtualHost: virtualHost)) })
            }
        }
    }

    private init(port: Int, virtualHost: String) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw SupportError("cannot connect to port \(port)") }
        try send(Array("AMQP".utf8) + [0, 0, 9, 1])
        try expect(10, 10)
        try method(0, 10, 11, table([]) + short("PLAIN") + long(Array("\0guest\0guest".utf8)) + short("en_US"))
        try expect(10, 30)
        try method(0, 10, 31, number(UInt16(2047)) + number(UInt32(131_072)) + number(UInt16(0)))
        try method(0, 10, 40, short(virtualHost) + short("") + [0])
        try expect(10, 41)
        try method(1, 20, 10, short(""))
        try expect(20, 11)
    }

    deinit { close(socket) }

    /// Starts consuming without acknowledgements.
    func consume(_ queue: String) throws {
        try method(1, 60, 20, number(UInt16(0)) + short(queue) + short("") + [0b10] + table([]))
        try expect(60, 21)
    }

    /// - Parameter headers: the content of the header table, already encoded.
    func publish(_ body: [UInt8], to routingKey: String, exchange: String, replyTo: String? = nil, headers: [UInt8] = []) throws {
        try method(1, 60, 40, number(UInt16(0)) + short(exchange) + short(routingKey) + [0])
        var flags: UInt16 = 0x8000 | 0x2000 | 0x1000
        var properties = short("application/cloudevents+json") + table(headers) + [2]
        if let replyTo {
            flags |= 0x0200
            properties += short(replyTo)
        }
        try frame(2, 1, number(UInt16(60)) + number(UInt16(0)) + number(UInt64(body.count)) + number(flags) + properties)
        try frame(3, 1, body)
    }

    /// The body of the next delivery.
    func nextBody() throws -> [UInt8] {
        try expect(60, 60)
        let header = try read()
        let size = header.payload[4..<12].reduce(0) { $0 << 8 | Int($1) }
        var body: [UInt8] = []
        while body.count < size { body += try read().payload }
        return body
    }

    /// A header `deep` that holds a list in a list in a list …
    static func nestedLists(depth: Int) -> [UInt8] {
        var bytes: [UInt8] = [4] + Array("deep".utf8)
        for level in 0..<depth { bytes += [UInt8(ascii: "A")] + Self.bytes(UInt32(5 * (depth - level - 1) + 1)) }
        return bytes + [UInt8(ascii: "V")]
    }

    // MARK: Frames

    private func method(_ channel: UInt16, _ classId: UInt16, _ methodId: UInt16, _ arguments: [UInt8]) throws {
        try frame(1, channel, number(classId) + number(methodId) + arguments)
    }

    private func frame(_ type: UInt8, _ channel: UInt16, _ payload: [UInt8]) throws {
        try send([type] + number(channel) + number(UInt32(payload.count)) + payload + [0xce])
    }

    private func expect(_ classId: UInt16, _ methodId: UInt16) throws {
        let payload = try read().payload
        guard payload.prefix(4).elementsEqual(number(classId) + number(methodId)) else {
            throw SupportError(
                "expected method \(classId) \(methodId), got \(payload.prefix(4)): \(String(decoding: payload.dropFirst(4), as: UTF8.self))"
            )
        }
    }

    private func read() throws -> (type: UInt8, payload: [UInt8]) {
        while true {
            let head = try receive(7)
            let payload = try receive(head[3..<7].reduce(0) { $0 << 8 | Int($1) })
            guard try receive(1) == [0xce] else { throw SupportError("a frame without its end") }
            if head[0] != 8 { return (head[0], payload) }
        }
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let received = bytes.withUnsafeMutableBytes { recv(socket, $0.baseAddress?.advanced(by: filled), count - filled, 0) }
            guard received > 0 else { throw SupportError("the broker closed the connection, or was silent for 20 s") }
            filled += received
        }
        return bytes
    }

    private func send(_ bytes: [UInt8]) throws {
        guard Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw SupportError("the broker takes nothing")
        }
    }

    // MARK: Values

    private func number(_ value: some FixedWidthInteger) -> [UInt8] { Self.bytes(value) }
    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    private func short(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
    private func long(_ bytes: [UInt8]) -> [UInt8] { number(UInt32(bytes.count)) + bytes }
    private func table(_ content: [UInt8]) -> [UInt8] { long(content) }
}
