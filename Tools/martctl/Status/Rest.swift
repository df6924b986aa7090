/// Whether anything is still on its way. Pure: looks in, judgement out.
struct Rest {
    /// Facts that wait for another one, such as a refund for its sale, may wait for ever.
    var ignoresWaiting = false
    private var lastSequences: [String: Int64]?

    init(ignoresWaiting: Bool = false) { self.ignoresWaiting = ignoresWaiting }

    /// What is on its way at this look; empty when there was nothing at the last look either and no service has said anything since.
    /// One look is not enough: what a consumer holds is in no queue, and not in flight before the service has taken it.
    mutating func unrest(_ services: [ServiceLook], _ queues: [QueueLook]) -> [String] {
        var reasons: [String] = []
        for look in services {
            guard let status = look.status else {
                reasons.append(look.fault ?? "\(look.service) does not answer")
                continue
            }
            if status.outboxPending > 0 { reasons.append("\(look.service) has \(status.outboxPending) messages to send") }
            if status.inFlight > 0 { reasons.append("\(look.service) works on \(status.inFlight)") }
            if status.waiting > 0, !ignoresWaiting { reasons.append("\(look.service) has \(status.waiting) waiting for another fact") }
        }
        for queue in queues {
            switch queue.state {
            case .there(let ready, _): if ready > 0 { reasons.append("\(queue.name) holds \(ready)") }
            case .missing: reasons.append("\(queue.name) does not exist")
            case .unknown(let reason): reasons.append("\(queue.name): \(reason)")
            }
        }
        let sequences = Dictionary(
            services.compactMap { look in look.status.map { (look.service, $0.lastSequence) } }, uniquingKeysWith: { $1 })
        let isSame = sequences == lastSequences
        lastSequences = reasons.isEmpty ? sequences : nil
        return reasons.isEmpty && !isSame ? ["a second look must say the same"] : reasons
    }
}
