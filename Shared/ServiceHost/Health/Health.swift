import Messaging
import RabbitMQ
import ServiceFramework
import StrictJSON
import Synchronization

/// Why the service is not ready, if it is not. Backlog alone is never a reason.
final class Health: Sendable {
    enum Reason: String, Sendable, CaseIterable {
        case starting
        case brokerUnreachable = "broker-unreachable"
        case brokerBlocked = "broker-blocked"
        /// A queue has messages and gives them to somebody else, or to nobody.
        case notConsuming = "not-consuming"
        case unroutable
        /// A consumer's queue takes no more.
        case queueFull = "queue-full"
        /// The broker closes the channel at whatever is published, or the rights for it are missing.
        case publishRefused = "publish-refused"
        /// Events were passed over because the broker takes them no way: their listeners lack them.
        case setAside = "set-aside"
        case storeFailing = "store-failing"
        case timerFailing = "timer-failing"
        case clockImplausible = "clock-implausible"
        case descriptorsLow = "descriptors-low"
        case stopping
    }

    private struct State {
        var reasons: [Reason: String] = [.starting: "the service has not consumed yet"]
        var consumer = Link.down("not connected yet")
        var publisher = Link.down("not connected yet")
        var lastTurn = ContinuousClock.now
    }

    private enum Link {
        case up
        case down(String)
        case blocked(String)

        init(_ state: ConnectionState) {
            switch state {
            case .connected: self = .up
            case .blocked(let reason): self = .blocked(reason)
            // By this service's own wish, whose reason is told already.
            case .suspended: self = .up
            case .connecting(let error): self = .down(error.map { "\($0)" } ?? "connecting")
            case .closed: self = .down("closed")
            }
        }
    }

    private let state = Mutex(State())

    func set(_ reason: Reason, _ message: String) { state.withLock { $0.reasons[reason] = message } }
    func clear(_ reason: Reason) { state.withLock { _ = $0.reasons.removeValue(forKey: reason) } }
    func consumer(_ connection: ConnectionState) { state.withLock { $0.consumer = Link(connection) } }
    func publisher(_ connection: ConnectionState) { state.withLock { $0.publisher = Link(connection) } }

    /// Whether it is known why nothing may be consumed. What concerns the consumer's connection is told by that itself.
    var explainsSilence: Bool {
        state.withLock { state in
            if case .blocked = state.publisher { return true }
            return [Reason.starting, .storeFailing, .stopping].contains { state.reasons[$0] != nil }
        }
    }

    /// The writer lives.
    func turned() { state.withLock { $0.lastTurn = .now } }

    /// How long the writer may take over one turn before the service counts as hung. A batch that waits for a slow disk takes seconds at most.
    private static let longestTurn = Duration.seconds(30)

    var isAlive: Bool { state.withLock { $0.lastTurn.duration(to: .now) < Self.longestTurn } }

    var reasons: [(code: String, message: String)] {
        let shortage = Descriptors.shortage
        return state.withLock { state in
            if let shortage { state.reasons[.descriptorsLow] = shortage } else { state.reasons[.descriptorsLow] = nil }
            var reasons = Reason.allCases.compactMap { reason in state.reasons[reason].map { (code: reason.rawValue, message: $0) } }
            for (name, link) in [("consumer", state.consumer), ("relay", state.publisher)] {
                switch link {
                case .up: continue
                case .down(let message): reasons.append((Reason.brokerUnreachable.rawValue, "\(name): \(message)"))
                case .blocked(let message): reasons.append((Reason.brokerBlocked.rawValue, "\(name): \(message)"))
                }
            }
            return reasons
        }
    }

    var readiness: ReadResponse {
        let reasons = reasons
        let body = JSONWriter.object { json in
            json.member("status", reasons.isEmpty ? "ready" : "not-ready")
            json.array("reasons", reasons) { json, reason in
                json.object { json in
                    json.member("code", reason.code)
                    json.member("message", reason.message)
                }
            }
        }
        return ReadResponse(status: reasons.isEmpty ? 200 : 503, body: body)
    }

    var liveness: ReadResponse {
        isAlive
            ? ReadResponse(status: 200, body: Array(#"{"status":"alive"}"#.utf8))
            : ReadResponse(status: 503, code: "hung", message: "the writer has not turned for \(Self.longestTurn)")
    }
}
