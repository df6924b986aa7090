import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// HTTP/1.1 as Hummingbird speaks it, behind our limits.
struct GuardedHTTP: ServerChildChannel {
    let http: HTTP1Channel
    let limits: HTTPLimits
    let connections: Connections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let pipeline = channel.pipeline.syncOperations
        let connection = ConnectionGuard(limits, connections)
        do {
            try pipeline.addHandler(connection)
            // It has added its handlers when it returns: we are on the event loop of the channel.
            let value = http.setup(channel: channel, logger: logger)
            let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(RequestGuard(connection), position: .after(decoder.handler))
            return value
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
