package import RabbitMQ
package import ServiceFramework

extension RelayWindow {
    /// Notes what became of a message.
    @discardableResult
    package mutating func settle(
        _ settlement: RabbitMQPublisher.Settlement, on lane: RelayLane, at now: Int64
    ) -> (kind: RelayToken.Kind, result: Result) {
        let token = RelayToken(rawValue: settlement.token)
        let outcome: Outcome =
            switch settlement.outcome {
            case .confirmed: .confirmed
            case .returned: .returned
            case .nacked: .nacked
            case .lost: .lost
            case .invalid(let reason): .invalid(reason)
            }
        return (token.kind, settle(token, outcome, on: lane, at: now))
    }
}

extension RelayIsolation.Closing {
    /// What the error says with which a live connection ended.
    package init(_ error: RabbitMQError?) {
        self =
            switch error?.code {
            case .accessRefused, .notFound: .forRights
            case .preconditionFailed, .channelClosed: .byMessage
            // 320: an operator, or the node stops.
            case .connectionClosed where error?.replyCode != 320: .byMessage
            default: .other
            }
    }
}
