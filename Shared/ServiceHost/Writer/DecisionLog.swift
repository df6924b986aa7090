import Contracts
import Logging
import Messaging
import ServiceFramework

/// One line per decision on a message, after its commit. Routine (accepted, repeated) is for debugging: it would cost more than the
/// decision itself, and `/v1/messages` tells it for ever.
struct DecisionLog {
    /// What a stranger sent may be long.
    private static let longest = 200
    let logger: Logger

    func write(_ decisions: [Decision]) {
        for decision in decisions {
            logger.log(
                level: decision.isFork ? .error : Self.level(of: decision.verdict),
                decision.isFork
                    ? "message parked: its source's store was put back to an older copy" : "\(Self.word(for: decision.verdict))",
                metadata: Self.metadata(of: decision))
        }
    }

    private static func level(of verdict: Decision.Verdict) -> Logger.Level {
        switch verdict {
        case .accepted, .duplicate: .debug
        case .rejected: .info
        case .unanswered: .notice
        case .parked: .warning
        }
    }

    private static func word(for verdict: Decision.Verdict) -> String {
        switch verdict {
        case .accepted: "message accepted"
        case .duplicate: "message repeated"
        case .rejected: "command rejected"
        case .unanswered: "no reply is sent: reply_to is neither reply.… nor a queue that the broker named"
        case .parked: "message parked"
        }
    }

    private static func metadata(of decision: Decision) -> Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        func add(_ key: String, _ value: String?) {
            if let value { metadata[key] = "\(value.prefix(longest))" }
        }
        add(LogKey.correlationId, decision.correlationId)
        add(LogKey.messageId, decision.messageId)
        add(LogKey.messageSource, decision.source)
        add(LogKey.messageType, decision.type)
        add(LogKey.subject, decision.subject)
        add(LogKey.traceParent, decision.traceparent)
        add(LogKey.parkedId, decision.parkedId)
        switch decision.verdict {
        case .rejected(let code): add(LogKey.code, code.rawValue)
        case .parked(let reason): add(LogKey.reason, reason.rawValue)
        case .accepted, .duplicate, .unanswered: break
        }
        return metadata
    }
}
