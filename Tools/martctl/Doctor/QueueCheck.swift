import Audit

/// Does what is in the queues move?
enum QueueCheck {
    /// More than a service takes in a second or two.
    private static let backlog = 50_000

    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        guard let broker = facts.broker else { return [] }
        return
            (broker.queues.flatMap { judge($0, facts, isStuck: broker.stuck.contains($0.name)) } + unseen(broker)
            + abandoned(broker.queues, facts))
            .orFine(.queues, "every queue has its one consumer")
    }

    private static func judge(_ queue: QueueLook, _ facts: DoctorFacts, isStuck: Bool) -> [DoctorFinding] {
        guard case .there(let ready, let consumers) = queue.state else { return [] }
        var findings: [DoctorFinding] = []
        if isStuck {
            findings.append(
                .fault(
                    .queues, "\(queue.name) answers declarations, but neither publish nor consume: it came back without its Raft state",
                    cure: "rabbitmqctl delete_queue \(queue.name); its service declares it anew. What was in it is gone, and the services "
                        + "that published it must send it again"))
        } else if consumers == 0, facts.services.contains(where: { $0.service == queue.service && $0.status != nil }) {
            findings.append(
                .fault(
                    .queues, "nobody consumes from \(queue.name) although \(queue.service) runs",
                    cure: "its /readyz and its log say why; restart it"))
        }
        findings += others(queue, ready: ready, consumers: consumers, facts)
        if ready > backlog {
            findings.append(
                .warning(
                    .queues, "\(queue.name) holds \(Text.grouped(Int64(ready))) messages",
                    cure: "martctl status, twice, tells whether it shrinks; if not, look at \(queue.service)'s disk and log"))
        }
        return findings
    }

    /// Whoever consumes beside the service: a queue serves one alone, whoever came first. AMQP does not tell of those that wait, so that most
    /// often only the service knows, by its silence, or the management API.
    private static func others(_ queue: QueueLook, ready: Int, consumers: Int, _ facts: DoctorFacts) -> [DoctorFinding] {
        let starves = facts.services.contains { look in
            look.service == queue.service && look.reasons.contains { $0.code == "not-consuming" && $0.message.contains(queue.name) }
        }
        let waiting = ready == 0 ? "" : "; \(Text.grouped(Int64(ready))) message\(ready == 1 ? " is" : "s are") ready there"
        let end = "end that program: it must not take part in a service's work. What it holds unacknowledged comes back to the queue"
        func finding(_ isServed: Bool, _ what: String, _ cure: String) -> DoctorFinding {
            DoctorFinding(
                starves || isServed ? .fault : .warning, .queues, "another consumer on \(queue.name): \(what)\(waiting)", cure: cure)
        }
        let strangers = (facts.broker?.strangers ?? []).filter { $0.queue == queue.name }
        if !strangers.isEmpty { return strangers.map { finding($0.isServed, $0.sentence, end) } }
        let cure = "martctl doctor --api names it (or rabbitmqctl list_consumers); \(end)"
        if consumers > 1 { return [finding(ready > 0, "\(consumers) consumers, where one is expected", cure)] }
        return starves ? [finding(true, "\(queue.service) gets nothing from it", cure)] : []
    }

    private static func unseen(_ broker: DoctorFacts.Broker) -> [DoctorFinding] {
        guard let fault = broker.strangersFault else { return [] }
        return [.warning(.queues, "who consumes could not be seen: \(fault)", cure: "give --api a user who may see it (tag monitoring)")]
    }

    /// The queues of services that do not answer: nothing is lost, and nobody comes for it.
    private static func abandoned(_ queues: [QueueLook], _ facts: DoctorFacts) -> [DoctorFinding] {
        facts.services.filter { $0.status == nil }.compactMap { look in
            let unattended = queues.filter { queue in
                if queue.service == look.service, case .there(_, consumers: 0) = queue.state { true } else { false }
            }
            if unattended.isEmpty { return nil }
            let held = unattended.reduce(0) { $0 + $1.ready }
            return .warning(
                .queues,
                "nobody consumes from \(unattended.map(\.name).joined(separator: ", ")), since \(look.service) does not answer"
                    + (held == 0 ? "" : "; \(Text.grouped(Int64(held))) message\(held == 1 ? " waits" : "s wait") there"),
                cure: "start \(look.service); what waits is kept")
        }
    }
}
