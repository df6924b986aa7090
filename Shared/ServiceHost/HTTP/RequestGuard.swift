import NIOCore
import NIOHTTP1
import ServiceFramework

/// Why a request is answered before anybody has looked at what it asks.
enum HTTPRefusal: Equatable {
    case malformed
    case tooLarge
    case tooSlow

    var response: ReadResponse {
        switch self {
        case .malformed: ReadResponse(status: 400, code: "invalid", message: "this is no HTTP/1.1 request")
        case .tooLarge: ReadResponse(status: 431, code: "invalid", message: "the request is too long")
        case .tooSlow: ReadResponse(status: 408, code: "invalid", message: "the request did not come to its end in time")
        }
    }
}

/// Tells the connection's guard where requests and answers begin and end, and lets no body through: what announces one is answered without
/// it, and the connection ends.
final class RequestGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let connection: ConnectionGuard
    private var dropsBody = false

    init(_ connection: ConnectionGuard) { self.connection = connection }

    func handlerAdded(context: ChannelHandlerContext) {
        connection.refuse = { [weak self] refusal in self?.say(refusal, context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if dropsBody { return }
            dropsBody = head.announcesBody
            connection.requestCame(isLast: dropsBody || !head.isKeepAlive)
            context.fireChannelRead(data)
            if dropsBody { context.fireChannelRead(wrapInboundOut(.end(nil))) }
        case .body, .end:
            if !dropsBody { context.fireChannelRead(data) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        connection.fail(error == .headerOverflow ? .tooLarge : .malformed)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            connection.answerBegins()
            if connection.endsWithAnswer { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            connection.answerIsWritten()
            let taken = promise ?? context.eventLoop.makePromise(of: Void.self)
            taken.futureResult.assumeIsolated().whenSuccess { [connection] in connection.answerIsTaken() }
            context.write(data, promise: taken)
        }
    }

    private func say(_ refusal: HTTPRefusal, _ context: ChannelHandlerContext) {
        let response = refusal.response
        let headers: HTTPHeaders = ["content-type": "application/json", "content-length": "\(response.body.count)"]
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: response.status), headers: headers)
        write(context: context, data: wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        write(context: context, data: wrapOutboundOut(.end(nil)), promise: nil)
        context.flush()
    }
}

extension HTTPRequestHead {
    /// By a length that is not zero, or by chunks.
    fileprivate var announcesBody: Bool {
        headers.contains(name: "transfer-encoding") || headers["content-length"].contains { Int($0) != 0 }
    }
}
