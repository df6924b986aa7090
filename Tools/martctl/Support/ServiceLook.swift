import StrictJSON

/// One service as it is seen from outside: is it there, is it ready, what has it yet to do.
struct ServiceLook: Sendable {
    struct Reason: Sendable, Equatable {
        let code: String
        let message: String
    }

    let service: String
    let url: String
    /// Nil when nobody answers.
    var status: ServiceStatus?
    /// Why it is not ready.
    var reasons: [Reason] = []
    /// Why it could not be looked at.
    var fault: String?

    var isReady: Bool { status != nil && reasons.isEmpty }

    /// All services, side by side: a slow one must not make the others look old.
    static func all(_ sides: ReadSides) async -> [ServiceLook] {
        await withTaskGroup(of: (Int, ServiceLook).self) { group in
            for (index, side) in sides.all.enumerated() { group.addTask { (index, await look(at: side)) } }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func look(at side: HTTPClient) async -> ServiceLook {
        var look = ServiceLook(service: side.service, url: side.url)
        do {
            let readiness = try await side.answer("/readyz").body
            look.reasons = (readiness["reasons"]?.elements ?? []).map {
                Reason(code: $0["code"]?.string ?? "unknown", message: $0["message"]?.string ?? "")
            }
            let status = try await side.get("/v1/status")
            // Whoever else answers there may be as ready as it likes.
            guard let name = status["service"]?.string, name == side.service else {
                throw Failure(
                    .unavailable,
                    "\(side.url) answers as \(status["service"]?.string ?? "another program"), not as \(side.service): name the right address "
                        + "(\(side.service.uppercased())_URL)")
            }
            look.status = ServiceStatus(status)
        } catch {
            look.reasons = []
            look.fault = "\(error)"
        }
        return look
    }
}
