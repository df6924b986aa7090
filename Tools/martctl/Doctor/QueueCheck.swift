import Audit

/// Does what is in the queues move?
enum QueueCheck {
    /// More than a service takes in a second or two.
    private static let backlog = 50_000

    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        guard let broker = facts.broker else { return [] }
        return broker.queues.flatMap { judge($0, facts, isStuck: broker.stuck.contains($0.name)) }
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
        } else if consumers == 0 {
            let held = ready == 0 ? "" : "; it holds \(Text.grouped(Int64(ready))) message\(ready == 1 ? "" : "s")"
            findings.append(
                .warning(
                    .queues, "nobody consumes from \(queue.name), since \(queue.service) does not answer\(held)",
                    cure: "start \(queue.service); what waits is kept"))
        }
        if consumers > 1 {
            findings.append(
                .warning(
                    .queues, "\(consumers) consumers on \(queue.name): one takes the messages, the others wait for their turn",
                    cure: "find the stranger with rabbitmqctl list_consumers; it must not take part in a service's work"))
        }
        if ready > backlog {
            findings.append(
                .warning(
                    .queues, "\(queue.name) holds \(Text.grouped(Int64(ready))) messages",
                    cure: "martctl status, twice, tells whether it shrinks; if not, look at \(queue.service)'s disk and log"))
        }
        return findings
    }
}
