import Contracts
import GRDB
import Messaging
import ServiceFramework
import Storage
import Synchronization

extension ServiceMetrics {
    /// The page of `/metrics`. Blocks while SQLite reads.
    func page(of store: ServiceStore, _ health: Health) -> String {
        let state = snapshot
        var page = MetricsPage(service: store.definition.name)
        // A store that cannot be read is what the page is needed for most: the rest of it is answered all the same.
        let facts = try? store.facts(measures)
        addMessages(state, store, facts, to: &page)
        addSending(state, facts, to: &page)
        addConnections(state, to: &page)
        addStore(state, store, facts, to: &page)
        addProcess(state, health, to: &page)
        for (metric, samples) in facts?.measures ?? [] { page.add(metric, samples) }
        return page.text
    }

    private func addMessages(_ state: State, _ store: ServiceStore, _ facts: StoreFacts?, to page: inout MetricsPage) {
        let service = store.definition.name
        let consumed = state.tally.kinds.indices.flatMap { kind in
            let (channel, name) = (state.tally.kinds[kind].channel, state.tally.kinds[kind].name)
            let outcomes = name == nil ? [.parked] : RecordedOutcome.allCases
            return outcomes.map { outcome in
                (
                    labels: ["rabbitmq", "process", "\(service).\(channel.rawValue)", name.map { "\($0)" } ?? "unknown", outcome.name],
                    value: Double(state.tally.count(of: kind, outcome))
                )
            }
        }
        page.add(.consumedMessages, consumed)
        page.add(.rejectedCommands, ReplyCode.allCases.filter { $0 != .ok }.map { ([$0.rawValue], Double(state.tally.rejected[$0] ?? 0)) })
        page.add(.parkedMessages, ParkReason.allCases.map { ([$0.rawValue], Double(state.tally.parked[$0] ?? 0)) })
        if let facts { page.add(.parkedNow, Double(facts.parked)) }
        page.add(.processDuration, [(["rabbitmq", "process"], state.processing)])
        page.add(.batchSize, [([], state.batches)])
        page.add(.commitDuration, [([], state.commits)])
        page.add(.deliveryAge, state.deliveryAge)
        page.add(.inFlight, Double(store.inFlight.load(ordering: .relaxed)))
    }

    private func addSending(_ state: State, _ facts: StoreFacts?, to page: inout MetricsPage) {
        let sent = [(Topology.events, state.events), (Topology.replies, state.replies)].flatMap { destination, sent in
            [("", sent.confirmed), ("unrouted", sent.unrouted), ("unroutable", sent.unroutable), ("failed", sent.failed)].map {
                error, count in
                (labels: ["rabbitmq", "send", destination, error], value: Double(count))
            }
        }
        page.add(.sentMessages, sent)
        page.add(.operationDuration, [(["rabbitmq", "send", Topology.events], state.confirms)])
        if let facts {
            page.add(.outboxSequence, Double(facts.lastSequence))
            page.add(.outboxSentSequence, Double(facts.sentSequence))
            page.add(.outboxPending, Double(facts.outboxPending))
            page.add(.outboxAge, facts.outboxAge.inSeconds)
            page.add(.waiting, Double(facts.waiting))
        }
        page.add(.refusedReplies, Double(state.tally.refusedReplies))
        if let facts { page.add(.setAside, [(["event"], Double(facts.setAside.events)), (["reply"], Double(facts.setAside.replies))]) }
    }

    private func addConnections(_ state: State, to page: inout MetricsPage) {
        let now = ContinuousClock.now
        func samples(_ value: (ConnectionRecord) -> Double) -> [(labels: [String], value: Double)] {
            Connection.allCases.compactMap { connection in
                // The one for replies to queues is opened when there is such a reply.
                if connection == .replies, state.connections[connection] == nil { return nil }
                return ([connection.rawValue], value(state.connections[connection] ?? ConnectionRecord()))
            }
        }
        page.add(.brokerConnected, samples { $0.isUp ? 1 : 0 })
        page.add(.reconnects, samples { Double($0.reconnects) })
        page.add(.blockedTime, samples { $0.blocked(at: now).inSeconds })
    }

    private func addStore(_ state: State, _ store: ServiceStore, _ facts: StoreFacts?, to page: inout MetricsPage) {
        var runs: [(labels: [String], value: Double)] = []
        for (timer, counts) in state.tally.timers.sorted(by: { $0.key < $1.key }) {
            runs.append(([timer, ""], Double(counts.fired)))
            runs.append(([timer, "failed"], Double(counts.failed)))
        }
        page.add(.timerRuns, runs)
        page.add(.storeSize, ProcessUsage.size(of: store.pool.path) ?? 0)
        page.add(.walSize, ProcessUsage.size(of: store.pool.path + "-wal") ?? 0)
        page.add(.storeReadable, facts == nil ? 0 : 1)
    }

    private func addProcess(_ state: State, _ health: Health, to page: inout MetricsPage) {
        let reasons = Set(health.reasons.map(\.code))
        page.add(.ready, reasons.isEmpty ? 1 : 0)
        page.add(.unreadyReason, Health.Reason.allCases.map { ([$0.rawValue], reasons.contains($0.rawValue) ? 1 : 0) })
        let reads = state.reads.sorted { ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status) }
        page.add(.readDuration, reads.map { ([$0.key.method, $0.key.route, "\($0.key.status)"], $0.value) })
        if let memory = ProcessUsage.residentMemory { page.add(.processMemory, memory) }
        page.add(.processTime, ProcessUsage.processorTime)
        page.add(.processStart, started)
    }
}
