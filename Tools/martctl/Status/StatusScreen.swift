import Audit
import Primitives
import StrictJSON

/// How the platform stands, on one screen.
struct StatusScreen {
    let services: [ServiceLook]
    let queues: [QueueLook]
    /// Why the queues could not be looked at.
    var brokerFault: String?
    /// Why the broker takes no messages, where it does not.
    var alarm: String?

    /// What keeps the platform from its work, each in a sentence.
    var faults: [String] {
        var faults = [brokerFault, alarm].compactMap(\.self)
        for look in services {
            if let fault = look.fault { faults.append(fault) }
            faults += look.reasons.map { "\(look.service) is not ready, \($0.code): \($0.message)" }
        }
        for queue in queues {
            switch queue.state {
            case .there(_, let consumers) where consumers > 0: break
            case .there:
                // A service that is not there is said already.
                if services.contains(where: { $0.service == queue.service && $0.isReady }) {
                    faults.append("nobody consumes from \(queue.name), although \(queue.service) says that it is ready")
                }
            case .missing: faults.append("the queue \(queue.name) does not exist: `martctl topology apply`, or start its service")
            case .unknown(let reason): faults.append("the queue \(queue.name) cannot be looked at: \(reason)")
            }
        }
        return faults
    }

    var isUnreachable: Bool { brokerFault != nil || services.contains { $0.status == nil } }

    var text: String {
        [serviceTable, queueTable, clock, verdict].filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    private var serviceTable: String {
        var table = Table(
            [.left, .left, .right, .right, .right, .right, .right],
            header: ["service", "ready", "sequence", "outbox", "in flight", "waiting", "parked"])
        for look in services {
            if let status = look.status {
                let figures = [status.lastSequence, status.outboxPending, status.inFlight, status.waiting, status.parked]
                table.row([look.service, look.isReady ? "yes" : "no"] + figures.map { Text.grouped($0) })
            } else {
                table.row(look.service, "✗ away", "–", "–", "–", "–", "–")
            }
        }
        return table.text
    }

    private var queueTable: String {
        if queues.isEmpty { return "" }
        var table = Table([.left, .right, .right, .right, .left], header: ["in queues", "commands", "events", "dead", "consumers"])
        for service in services.map(\.service) {
            let ours = queues.filter { $0.service == service }
            let consumed = ours.map { if case .there(_, let consumers) = $0.state { "\(consumers)" } else { "–" } }
            table.row([service] + ours.map(Self.depth) + [consumed.joined(separator: " ")])
        }
        return table.text
    }

    private static func depth(_ queue: QueueLook) -> String {
        switch queue.state {
        case .there(let ready, _): Text.grouped(Int64(ready))
        case .missing: "missing"
        case .unknown: "?"
        }
    }

    private var clock: String {
        let moments = services.compactMap { look in look.status.flatMap { Instant($0.businessNow) } }
        guard let first = moments.min(), let last = moments.max() else { return "" }
        if BusinessDate(first) != BusinessDate(last) {
            return "  ✗ business dates differ: from \(first.witaSecond) to \(last.witaSecond) WITA"
        }
        // All are asked at once. Under MART_NOW, a service goes on after a restart from where its own store stood.
        let isOne = last.milliseconds - first.milliseconds < 60_000
        return "  business clock  \(first.witaSecond)\(isOne ? "" : " to \(last.witaTime)") WITA"
    }

    private var verdict: String {
        let faults = faults
        let crowded = queues.filter { if case .there(_, let consumers) = $0.state { consumers > 1 } else { false } }.map {
            Paragraph.text("! another consumer on \($0.name): `martctl doctor` says more", indent: 2)
        }
        if !faults.isEmpty { return (faults.map { Paragraph.text("✗ \($0)", indent: 2) } + crowded).joined(separator: "\n") }
        let parked = services.reduce(0) { $0 + ($1.status?.parked ?? 0) }
        var lines = ["  ✓ all services are ready, all queues have a consumer"] + crowded
        if parked > 0 { lines.append("  ! \(parked) messages are parked for a person: `martctl parked list`") }
        let setAside = services.reduce(0) { $0 + ($1.status?.setAside ?? 0) }
        if setAside > 0 { lines.append("  ! \(setAside) messages are set aside, for the broker does not take them: `martctl set-aside`") }
        return lines.joined(separator: "\n")
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("ready", faults.isEmpty)
            json.array("services", services) { json, look in
                json.object { json in
                    json.member("service", look.service)
                    json.member("url", look.url)
                    json.member("ready", look.isReady)
                    json.member("fault", ifPresent: look.fault)
                    json.array("reasons", look.reasons) { json, reason in
                        json.object { json in
                            json.member("code", reason.code)
                            json.member("message", reason.message)
                        }
                    }
                    if let status = look.status {
                        json.key("status")
                        json.raw(status.json.rawBytes)
                    }
                }
            }
            json.array("queues", queues) { json, queue in
                json.object { json in
                    json.member("queue", queue.name)
                    switch queue.state {
                    case .there(let ready, let consumers):
                        json.member("ready", ready)
                        json.member("consumers", consumers)
                    case .missing: json.member("missing", true)
                    case .unknown(let reason): json.member("fault", reason)
                    }
                }
            }
            json.member("faults", faults)
        }
    }
}
