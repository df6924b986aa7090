import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceFramework
import ServiceLifecycle

/// The read side over HTTP: GET only, JSON; it changes nothing.
struct ReadServer: Service {
    let store: ServiceStore
    let health: Health
    let metrics: ServiceMetrics
    let diagnosis: Diagnosis
    let token: ReadToken
    let connections: Connections
    let address: ReadAddress
    let logger: Logger

    func run() async throws {
        var http = HTTP1Channel.Configuration()
        http.httpDecoder.maxHeaderListSize = Self.limits.requestSize
        let (connections, configuration) = (connections, http)
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await measured(request) },
            server: HTTPServerBuilder { responder in
                GuardedHTTP(
                    http: HTTP1Channel(responder: responder, configuration: configuration), limits: Self.limits, connections: connections)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil, availableConnectionsDelegate: connections),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), logger: logger)
        do {
            try await application.run()
        } catch {
            throw address.fault(error) ?? error
        }
    }

    static let limits = HTTPLimits()

    private func measured(_ request: Request) async throws -> Response {
        let started = ContinuousClock.now
        let (response, route) = try await respond(request)
        // A method of the caller's own making would make a series of its own.
        let method = request.method == .get ? request.method.rawValue : "_OTHER"
        metrics.answered(
            .init(method: method, route: route, status: Int(response.status.code)), after: started.duration(to: .now))
        return response
    }

    /// The answer, and the route that gave it.
    private func respond(_ request: Request) async throws -> (Response, route: String) {
        guard request.method == .get else {
            var response = json(ReadResponse(status: 405, code: "method-not-allowed", message: "the read side answers GET only"))
            response.headers[.allow] = "GET"
            // An answer to HEAD has none.
            if request.method == .head { response.body = ResponseBody() }
            return (response, "")
        }
        // The body itself never comes here (`RequestGuard`).
        guard request.headers[.transferEncoding] == nil, request.headers[.contentLength].map({ Int($0) == 0 }) ?? true else {
            return (json(ReadResponse(status: 400, code: "invalid", message: "a GET of the read side has no body")), "")
        }
        let path = request.uri.path
        switch path {
        case "/livez": return (json(health.liveness), path)
        case "/readyz": return (json(health.readiness), path)
        case Diagnosis.path:
            return (json(try await NIOThreadPool.singleton.runIfActive { diagnosis.answer }), path)
        case "/metrics":
            // SQLite blocks, so it works on a thread of the pool, never on the event loop.
            let text = try await NIOThreadPool.singleton.runIfActive { metrics.page(of: store, health) }
            let body = ResponseBody(byteBuffer: ByteBuffer(string: text))
            return (Response(status: .ok, headers: [.contentType: MetricsPage.contentType], body: body), path)
        default:
            let target = request.uri.string
            let authorization = request.headers[.authorization]
            let answer = try await NIOThreadPool.singleton.runIfActive {
                store.respond(to: target, isTrusted: token.isShown(by: authorization))
            }
            if let failure = answer.failure {
                logger.error("a read failed", metadata: [LogKey.httpRoute: "\(answer.route)", LogKey.error: "\(failure)"])
            }
            return (json(answer), answer.route)
        }
    }

    private func json(_ response: ReadResponse) -> Response {
        Response(
            status: .init(code: response.status), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: response.body)))
    }
}
