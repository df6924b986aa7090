import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import ServiceHost

/// A reader's connection is held to its limits, by a clock that the test moves.
struct ConnectionGuardTests {
    private static let limits = HTTPLimits()

    /// A connection behind the guard: the server's handlers, and in the place of the server a list of what reached it.
    private final class Connection {
        let channel = EmbeddedChannel()
        let guardian: ConnectionGuard

        init(_ connections: Connections = Connections(places: 8)) throws {
            guardian = ConnectionGuard(ConnectionGuardTests.limits, connections)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(guardian)
            try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(RequestGuard(guardian), position: .after(decoder))
            connections.connectionOpened()
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

        func wait(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

        /// The parts that reached the server.
        func heard() throws -> [String] {
            var heard: [String] = []
            while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
                switch part {
                case .head(let head): heard.append("\(head.method) \(head.uri)")
                case .body: heard.append("body")
                case .end: heard.append("end")
                }
            }
            return heard
        }

        func answer(_ body: String = "{}") {
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "\(body.utf8.count)"])
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
            channel.embeddedEventLoop.run()
        }

        /// What the client gets.
        func said() throws -> String {
            var said = ""
            while let data = try channel.readOutbound(as: IOData.self) {
                if case .byteBuffer(let buffer) = data { said += String(buffer: buffer) }
            }
            return said
        }
    }

    private static let request = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `whoever says nothing is let go after the time for a request`() throws {
        let connection = try Connection()
        connection.wait(.seconds(9))
        #expect(connection.channel.isActive)
        connection.wait(.seconds(1))
        #expect(!connection.channel.isActive)
        #expect(try connection.said() == "")
    }

    @Test func `a head that trickles in is answered with 408 when its time is over, however steadily it comes`() throws {
        let connection = try Connection()
        for letter in "GET /livez" where connection.channel.isActive {
            try connection.send(String(letter))
            connection.wait(.seconds(1))
        }
        #expect(try connection.said().hasPrefix("HTTP/1.1 408 "))
        connection.wait(Self.limits.farewellTime)
        #expect(!connection.channel.isActive)
        #expect(try connection.heard() == [])
    }

    @Test func `after an answer the connection stays for the next request, and not for ever`() throws {
        let connection = try Connection()
        for _ in 1...3 {
            try connection.send(Self.request)
            #expect(try connection.heard() == ["GET /livez", "end"])
            // Our own work has no limit.
            connection.wait(.hours(1))
            connection.answer()
            #expect(try connection.said().hasSuffix("{}"))
            connection.wait(.seconds(59))
            #expect(connection.channel.isActive)
        }
        connection.wait(.seconds(1))
        #expect(!connection.channel.isActive)
    }

    @Test(arguments: [
        "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "Content-Length: 100000000000\r\n\r\n",
    ])
    func `a body is not taken: the request is answered without it and is the last`(fields: String) throws {
        let connection = try Connection()
        try connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n" + fields)
        for _ in 1...100 { try connection.send(String(repeating: "x", count: 60_000)) }
        #expect(try connection.heard() == ["GET /livez", "end"])
        connection.answer()
        #expect(try connection.said().contains("connection: close\r\n"))
        try connection.send(Self.request)
        #expect(try connection.heard() == [])
        connection.wait(Self.limits.farewellTime)
        #expect(!connection.channel.isActive)
    }

    @Test(arguments: [["GET /", "a"], ["GET / HTTP/1.1\r\n", "A: b\r\n"], ["GET / HTTP/1.1\r\nA: ", "b"]])
    func `a head that is too long is answered with 431`(parts: [String]) throws {
        let connection = try Connection()
        var rest = (parts[0] + String(repeating: parts[1], count: 40_000))[...]
        while !rest.isEmpty {
            try connection.send(String(rest.prefix(1_000)))
            rest = rest.dropFirst(1_000)
        }
        #expect(try connection.said().hasPrefix("HTTP/1.1 431 "))
        #expect(try connection.heard() == [])
        connection.wait(Self.limits.farewellTime)
        #expect(!connection.channel.isActive)
    }

    @Test func `what is no HTTP is answered with 400, after what was asked before it`() throws {
        let first = try Connection()
        try first.send("\u{16}\u{3}\u{1} hello\r\n\r\n")
        #expect(try first.said().hasPrefix("HTTP/1.1 400 "))
        let second = try Connection()
        try second.send(Self.request + "nonsense\r\n\r\n")
        #expect(try second.said() == "")
        second.answer()
        let said = try second.said()
        #expect(said.hasPrefix("HTTP/1.1 200 ") && said.contains("connection: close\r\n") && !said.contains(" 400 "))
        second.wait(Self.limits.farewellTime)
        #expect(!second.channel.isActive)
    }

    @Test(arguments: ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n"])
    func `a client that asks for one answer has the connection closed after it`(request: String) throws {
        let connection = try Connection()
        try connection.send(request)
        connection.answer()
        #expect(try connection.said().contains("connection: close\r\n"))
        connection.wait(Self.limits.farewellTime)
        #expect(!connection.channel.isActive)
    }

    @Test func `pipelined requests are answered in turn`() throws {
        let connection = try Connection()
        try connection.send(Self.request + Self.request)
        try connection.send("GET /li")
        #expect(try connection.heard() == ["GET /livez", "end", "GET /livez", "end"])
        connection.answer()
        connection.wait(.hours(1))
        connection.answer()
        #expect(connection.channel.isActive)
        // The third has begun.
        connection.wait(Self.limits.requestTime)
        #expect(try connection.said().contains(" 408 "))
    }

    /// A client that takes nothing of what is sent.
    private final class Dam: ChannelOutboundHandler {
        typealias OutboundIn = IOData

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) { promise.map { held.append($0) } }

        private var held: [EventLoopPromise<Void>] = []

        func handlerRemoved(context: ChannelHandlerContext) { for promise in held { promise.fail(ChannelError.ioOnClosedChannel) } }
    }

    @Test func `an answer that is not taken in time ends the connection`() throws {
        let connection = try Connection()
        try connection.channel.pipeline.syncOperations.addHandler(Dam(), position: .first)
        try connection.send(Self.request)
        connection.answer()
        connection.wait(.seconds(59))
        #expect(connection.channel.isActive)
        connection.wait(.seconds(1))
        #expect(!connection.channel.isActive)
    }

    @Test func `a process that ends waits for nobody`() throws {
        let connection = try Connection()
        try connection.send(Self.request)
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        connection.wait(Self.limits.farewellTime)
        #expect(!connection.channel.isActive)
    }

    @Test func `where places run short, the client for whom we have waited longest makes room, and never one for whom we work`() throws {
        let connections = Connections(places: 4)
        let working = try Connection(connections)
        try working.send(Self.request)
        let silent = try Connection(connections)
        let begun = try Connection(connections)
        try begun.send("GET")
        #expect(!silent.channel.isActive && begun.channel.isActive && working.channel.isActive)
        let next = try Connection(connections)
        #expect(!begun.channel.isActive && working.channel.isActive && next.channel.isActive)
        #expect(connections.closedForRoom == 2)
    }

    @Test func `where all places are being worked for, accepting pauses until one is free`() throws {
        let connections = Connections(places: 3)
        let all = try (1...3).map { _ in
            let connection = try Connection(connections)
            try connection.send(Self.request)
            return connection
        }
        #expect(!connections.isAcceptingNewConnections() && all.allSatisfy(\.channel.isActive))
        connections.connectionClosed()
        #expect(connections.isAcceptingNewConnections())
    }
}
