import GRDB
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Store

/// The read side over HTTP: GET only, JSON; it changes nothing.
struct ReadServer: Service {
    let store: ServiceStore
    let health: Health
    let metrics: ServiceMetrics
    let host: String
    let port: Int
    let logger: Logger

    func run() async throws {
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await respond(request) },
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), logger: logger)
        try await application.run()
    }

    private func respond(_ request: Request) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            return json(ReadResponse(status: 405, code: "method-not-allowed", message: "the read side answers GET only"))
        }
        switch request.uri.path {
        case "/livez": return json(health.liveness)
        case "/readyz": return json(health.readiness)
        case "/metrics":
            // SQLite blocks, so it works on a thread of the pool, never on the event loop.
            let text = try await NIOThreadPool.singleton.runIfActive {
                let committed = (try? store.pool.read { try Int64.fetchOne($0, sql: "SELECT max(position) FROM outbox") ?? 0 }) ?? 0
                return metrics.text(store: store, isReady: health.reasons.isEmpty, committed: committed)
            }
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4"], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        default:
            let target = request.uri.string
            return json(try await NIOThreadPool.singleton.runIfActive { store.respond(to: target) })
        }
    }

    private func json(_ response: ReadResponse) -> Response {
        Response(
            status: .init(code: response.status), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: response.body)))
    }
}
