import Glibc
import Testing

@testable import RabbitMQ

/// What is laid out is read back by nothing of ours: heads, ends and sizes as AMQP 0-9-1 has them (section 2.3.5).
@Suite("Outgoing frames", .timeLimit(.minutes(1)))
struct OutgoingFramesTests {
    private static let frameMax = 4096
    /// A frame without its payload.
    private static let around = 8
    private static let bodySizes = [0, 1, frameMax - around, frameMax - around + 1, 3 * (frameMax - around), 200_000]

    /// Two connected sockets; what is written to the first can be read from the second.
    private final class Line: Sendable {
        let near: Int32
        let far: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            (near, far) = (ends[0], ends[1])
        }

        deinit {
            close(near)
            close(far)
        }

        /// Makes the near end take little at once and never wait, as the library's sockets do.
        func narrow() {
            var size: Int32 = 1
            setsockopt(near, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            _ = fcntl(near, F_SETFL, fcntl(near, F_GETFL) | O_NONBLOCK)
        }

        /// Everything until the near end is shut.
        func rest() -> [UInt8] {
            var all: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 1000)
            while true {
                let count = read(far, &piece, piece.count)
                if count <= 0 { return all }
                all += piece[..<count]
            }
        }
    }

    private struct Frame: Equatable {
        var type: UInt8
        var payload: [UInt8]
    }

    private static func frames(_ bytes: [UInt8]) throws -> [Frame] {
        var frames: [Frame] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let head = Array(rest.prefix(7))
            try #require(head.count == 7)
            #expect(head[1...2] == [0, 1], "the channel")
            let size = head[3...6].reduce(0) { $0 << 8 | Int($1) }
            try #require(rest.count >= size + around && size + around <= frameMax)
            let payload = Array(rest.dropFirst(7).prefix(size))
            #expect(rest.dropFirst(7 + size).first == 0xCE, "the end")
            frames.append(Frame(type: head[0], payload: payload))
            rest = rest.dropFirst(size + around)
        }
        return frames
    }

    private static func message(_ size: Int, mandatory: Bool = true) -> OutgoingMessage {
        OutgoingMessage(
            exchange: "mart.events", routingKey: "a.b", body: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 + size) },
            properties: MessageProperties(contentType: "text/plain", deliveryMode: 2), mandatory: mandatory)
    }

    @Test(arguments: [false, true]) func messagesOfAnySizeAreFramesOneBehindTheOther(isNarrow: Bool) async throws {
        let line = try Line()
        if isNarrow { line.narrow() }
        let reading = AsyncStream<[UInt8]>.makeStream()
        NativeThread.start(name: "reader", stackBytes: 256 << 10) {
            reading.continuation.yield(line.rest())
            reading.continuation.finish()
        }
        let messages = (Self.bodySizes + Self.bodySizes.reversed()).map { Self.message($0, mandatory: $0 % 2 == 0) }
        let frames = OutgoingFrames(frameMax: Self.frameMax)
        let arena = Arena()
        for message in messages { try frames.append(message, arena, to: line.near) }
        try frames.write(to: line.near)
        shutdown(line.near, Int32(SHUT_WR))
        var read: [UInt8] = []
        for await bytes in reading.stream { read = bytes }

        var found = try Self.frames(read)[...]
        for message in messages {
            // basic.publish is 60, 40; a reserved number, two short texts, and the bit for "mandatory".
            let names = [UInt8(message.exchange.utf8.count)] + message.exchange.utf8 + [3] + message.routingKey.utf8
            #expect(found.popFirst() == Frame(type: 1, payload: [0, 60, 0, 40, 0, 0] + names + [message.mandatory ? 1 : 0]))
            // Class and weight, the body's size, and the flags for content type and delivery mode.
            let size = (0..<8).reversed().map { UInt8(truncatingIfNeeded: message.body.count >> ($0 * 8)) }
            let properties: [UInt8] = [0x90, 0, 10] + "text/plain".utf8 + [2]
            #expect(found.popFirst() == Frame(type: 2, payload: [0, 60, 0, 0] + size + properties))
            var body: [UInt8] = []
            while body.count < message.body.count, let frame = found.popFirst(), frame.type == 3 { body += frame.payload }
            #expect(body == message.body)
        }
        #expect(found.isEmpty)
    }

    @Test func nothingIsWrittenBeforeItIsAskedForOrThereIsMuch() throws {
        let line = try Line()
        let frames = OutgoingFrames(frameMax: Self.frameMax)
        try frames.append(Self.message(100), Arena(), to: line.near)
        var byte: UInt8 = 0
        #expect(recv(line.far, &byte, 1, Int32(MSG_DONTWAIT)) == -1 && errno == EAGAIN)
        try frames.write(to: line.near)
        #expect(recv(line.far, &byte, 1, Int32(MSG_DONTWAIT)) == 1 && byte == 1)
    }

    @Test func aPeerThatIsGoneEndsTheConnection() throws {
        let line = try Line()
        shutdown(line.far, Int32(SHUT_RDWR))
        let frames = OutgoingFrames(frameMax: Self.frameMax)
        try frames.append(Self.message(100), Arena(), to: line.near)
        #expect { try frames.write(to: line.near) } throws: { ($0 as? RabbitMQError)?.code == .connectionLost }
    }
}
