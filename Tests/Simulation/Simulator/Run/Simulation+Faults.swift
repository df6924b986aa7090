import Contracts
import Messaging
import MessagingTesting
import Primitives
import RabbitMQ

extension Simulation {
    /// A fault begins; those that last end by themselves some steps later.
    func strike(_ fault: Fault) throws {
        note("FAULT \(fault.rawValue)")
        watch.count(fault)
        switch fault {
        case .cut: lose()?.end(broker, arriving: below(4))
        case .partition: if let zombie = lose() { zombies.append((zombie, step + 1 + below(60))) }
        case .crash: try stop(nodes[below(4)]) { try $0.crash() }
        case .powerCut:
            let garbage = (0..<below(3) * 3000).map { _ in UInt8(below(256)) }
            try stop(nodes[below(4)]) { try $0.cutPower(tearing: garbage) }
        case .crashInside:
            let node = nodes[below(4)]
            if node.doom == nil { node.plan(deathAfterChanges: 1 + below(60)) }
        case .deadly: if !hasDeadly { (hasDeadly, nodes[below(4)].isNextDeadly) = (true, true) }
        case .restore: try backup == nil ? backUp(nodes[plan.restored]) : restore(nodes[plan.restored])
        case .fullDisk:
            try fillDisk(of: nodes[below(4)])
        case .brokerRestart: broker.restart()
        case .blocked:
            broker.block()
            lasting.append(({ [broker] in broker.unblock() }, step + 1 + below(60)))
        case .fullQueue:
            let queue = below(4) == 0 ? "\(nodes[below(4)].name).commands" : "\(nodes[[0, 2, 3][below(3)]].name).events"
            broker.refuse(queue) { [unowned self] in below(2) == 0 }
            lasting.append(({ [broker] in broker.refuse(queue, when: nil) }, step + 1 + below(60)))
        case .unbound: broker.unbind("\(nodes[[0, 2, 3][below(3)]].name).events")
        case .repeats: repeatSomething()
        case .garbage: desk.sendLoose(garbage())
        case .years:
            // Events are kept for 400 days: what is heard again must be heard before that.
            let isLong = below(8) == 0 && !hasRestored
            machine.pass(Int64(isLong ? 100 + below(400) : 1 + below(3)) * 86_400_000)
        // These are there all the time, or come by themselves.
        case .delay, .clocks, .wildClock: break
        }
    }

    private func fillDisk(of node: Node) throws {
        try node.fillDisk(true)
        lasting.append(({ try node.fillDisk(false) }, step + 1 + below(40)))
    }

    private func lose() -> Zombie? {
        let end = below(5)
        let (publisher, consumer) = end < 4 ? (nodes[end].publisher, nodes[end].consumer) : (desk.publisher, desk.consumer)
        return below(2) == 0 ? publisher.lose() : consumer.lose()
    }

    func stop(_ node: Node, for atMost: Int = 40, _ how: (Node) throws -> [Zombie]) throws {
        guard node.isRunning else { return }
        note("\(node.name) stops")
        for zombie in try how(node) { zombies.append((zombie, step + below(min(atMost, 30)))) }
        lasting.append(({ [self] in try restart(node) }, step + 1 + below(atMost)))
    }

    private func restart(_ node: Node) throws {
        guard !node.isRunning else { return }
        note("\(node.name) starts")
        if let commit = try node.start() { try observe(commit, of: node) }
        // A disk that was full may be so still.
        if plan.faults.contains(.fullDisk), below(3) == 0 { try fillDisk(of: node) }
    }

    private func backUp(_ node: Node) throws {
        count += 1
        guard let place = try node.backUp("b\(count)") else { return }
        note("\(node.name) is backed up")
        backup = (place, watch.memory(of: node.name, at: machine.now))
        lasting.append(({ [unowned self] in try restore(node) }, step + plan.restoredAfter))
    }

    /// Whose events each service hears.
    private static let producers = ["catalog": ["permits"], "consignment": ["catalog"], "settlement": ["catalog", "consignment"]]

    /// What is forgotten is heard again: the producers are asked for it, and people say again what they had asked.
    private func restore(_ node: Node) throws {
        guard node.isRunning, let backup else { return }
        self.backup = nil
        // Older than what the others keep: nobody could say it again.
        if backup.memory.takenAt.adding(.seconds(300 * 86_400)) < machine.now { return }
        hasRestored = true
        try stop(node) { try $0.crash() }
        try node.restore(backup.place)
        watch.restore(backup.memory)
        desk.sayAgain(to: node.name, except: backup.memory.judged)
        for producer in Self.producers[node.name] ?? [] {
            desk.ask(
                MessageName(producer, "resync"),
                ResyncRequest.with {
                    $0.consumer = node.name
                    $0.all = true
                    $0.by = "Ani"
                })
        }
    }

    /// Whatever made messages deadly is mended, and what was given up is tried again.
    func mendDeadly() {
        for node in nodes {
            node.make(deadly: nil)
            replayParked(of: node)
        }
    }

    func replayParked(of node: Node) {
        let everything = ParkedSelection.with { ($0.filter, $0.by, $0.reason) = (ParkedFilter(), "Ani", "mended") }
        desk.ask(MessageName(node.name, "replay-parked"), everything)
    }

    private func repeatSomething() {
        guard !desk.asked.isEmpty else { return }
        let number = below(desk.asked.count)
        let known = desk.asked[number]
        guard let command = known.command else { return desk.repeatCommand(number) }
        switch below(4) {
        case 0, 1: desk.repeatCommand(number)
        case 2:
            let again = below(2) == 0 ? changed(command) : command
            send(again, wantsReply: true)
        default:
            // The same id with other content counts as a conflict once the first was judged.
            let other = desk.asked[below(desk.asked.count)]
            let isJudged = known.reply != nil && !desk.mayBeForgotten(number)
            // A store that is put back may meet the contrary first.
            let mayForget = plan.faults.contains(.restore) && known.name.service == nodes[plan.restored].name
            if isJudged, !mayForget, known.body.count != other.body.count, known.name.service == other.name.service,
                let contrary = other.command
            {
                desk.contradict(number, with: contrary)
            }
        }
    }

    /// The same business key with other data.
    private func changed(_ command: any Command) -> any Command {
        switch command {
        case var seller as RegisterSeller:
            seller.sellerName += " (2)"
            return seller
        case var sale as RecordSale:
            sale.till = "till-2"
            return sale
        case var goods as ReceiveGoods where goods.offered == nil:
            goods.quantity += 1
            return goods
        case var refund as RefundSale:
            refund.restock.toggle()
            return refund
        default: return command
        }
    }

    private func garbage() -> OutgoingMessage {
        let service = nodes[below(4)].name
        let bodies = [
            "", "{", "[]", #"{"specversion":"1.0"}"#,
            #"{"specversion":"1.0","id":"g","source":"/x","type":"id.nttmart.\#(service).no-such.v1","data":{}}"#,
            #"{"specversion":"1.0","id":"g","source":"/x","type":"id.nttmart.somebody.sale-recorded.v1","data":{}}"#,
        ]
        let isCommand = below(2) == 0
        return OutgoingMessage(
            exchange: isCommand ? Topology.commands : Topology.events,
            routingKey: isCommand ? "\(service).anything" : "consignment.sale-recorded", body: Array(bodies[below(bodies.count)].utf8),
            properties: MessageProperties(contentType: "application/cloudevents+json", deliveryMode: 2), mandatory: false)
    }
}
