import RabbitMQ

/// Which queues give this service nothing although they hold messages. Pure: progress, looks and times in; what to do out.
///
/// With a single active consumer a stranger that came first has the whole queue, and this service's own consumer waits without a word. So: nothing
/// in hand, nothing delivered for a while, two looks in a row, some time apart, that both see messages ready, and no other reason known. A
/// stranger without a prefetch leaves nothing ready, so it counts as much that another consumer was there before this connection. Whether it still
/// is nobody says (the broker counts the one consumer that it serves, whosesoever): a renewed connection finds out.
struct Starvation {
    typealias Instant = ContinuousClock.Instant

    /// What a passive look over another connection sees of a queue.
    struct Sight: Sendable, Hashable {
        var ready: Int
        var consumers: Int
    }

    /// A queue that gives nothing.
    struct Case: Sendable, Hashable {
        let queue: String
        let sight: Sight
        /// Another consumer was there before this connection.
        let isBehind: Bool
        /// For how long nothing has come.
        let silence: Duration
    }

    private struct Queue {
        var lastDelivered: UInt64 = 0
        var isInHand = false
        /// Since when nothing is in hand, nothing came, and there was a connection.
        var quietSince: Instant
        /// Another consumer was there before this connection, which has got nothing yet.
        var isBehind = false
        var lookedAt: Instant?
        /// Looks in a row that saw it starve.
        var looks = 0
        /// The last look, once it is known to starve.
        var starving: Sight?
    }

    /// How long a renewal may take, its look at who is first included, which no haste shortens.
    private static let longestRenewal = Duration.seconds(10)

    private let patience: Patience
    private var queues: [String: Queue] = [:]
    private var generation: Int?
    private var lastTurn: Instant?
    private var downSince: Instant?
    private var renewal: (due: Instant, pause: Duration)?

    init(_ patience: Patience) { self.patience = patience }

    /// - Parameters:
    ///   - progress: nil while there is no connection.
    ///   - occupied: the queues that had another consumer when this connection was set up.
    ///   - isExplained: whether another reason is known why nothing is consumed.
    /// - Returns: whether it is time to look at the queues.
    mutating func turned(
        _ progress: RabbitMQConsumer.Progress?, occupied: Set<String>, isExplained: Bool, at now: Instant
    ) -> Bool {
        // Who slept, or was frozen, has not watched.
        let slept = lastTurn.map { $0.duration(to: now) > patience.betweenLooks } ?? false
        lastTurn = now
        if isExplained {
            forget()
            return false
        }
        guard let progress else {
            // A renewal takes a moment. What takes longer is a reason of its own, and told.
            let since = downSince ?? now
            downSince = since
            if since.duration(to: now) >= Self.longestRenewal { forget() }
            return false
        }
        downSince = nil
        let isNew = progress.generation != generation
        generation = progress.generation
        for told in progress.queues {
            var queue = queues[told.name] ?? Queue(quietSince: now)
            if isNew {
                queue.lastDelivered = 0
                queue.isBehind = occupied.contains(told.name)
                if !queue.isBehind, queue.starving?.ready == 0 { queue.starving = nil }
            }
            if told.lastDelivered != queue.lastDelivered {
                queue = Queue(lastDelivered: told.lastDelivered, quietSince: now)
            } else if queue.starving == nil, isNew || slept || told.isInHand {
                (queue.quietSince, queue.looks) = (now, 0)
            }
            queue.isInHand = told.isInHand
            queues[told.name] = queue
        }
        return queues.values.contains { isDue($0, at: now) }
    }

    private func isQuiet(_ queue: Queue, at now: Instant) -> Bool {
        !queue.isInHand && queue.quietSince.duration(to: now) >= patience.silence
    }

    private func isDue(_ queue: Queue, at now: Instant) -> Bool {
        guard isQuiet(queue, at: now), let last = queue.lookedAt else { return isQuiet(queue, at: now) }
        return last.duration(to: now) >= (queue.looks > 0 ? patience.betweenLooks : patience.silence)
    }

    /// A look at all queues has been taken.
    mutating func saw(_ sights: [String: Sight], at now: Instant) {
        lastTurn = now
        for (name, sight) in sights {
            // So answers a broker that is too busy to ask the queue: this service's own consumer is not even there.
            if sight == Sight(ready: 0, consumers: 0) {
                miss(name, at: now)
                continue
            }
            guard var queue = queues[name] else { continue }
            let starves = sight.ready > 0 || queue.isBehind
            if !starves {
                (queue.looks, queue.starving) = (0, nil)
                if isQuiet(queue, at: now) { queue.lookedAt = now }
            } else if isQuiet(queue, at: now), queue.lookedAt.map({ $0.duration(to: now) >= patience.betweenLooks }) ?? true {
                queue.looks += 1
                queue.lookedAt = now
                if queue.looks >= 2 { queue.starving = sight }
            }
            queues[name] = queue
        }
    }

    /// No look was possible: nothing is known, and two looks are two in a row.
    mutating func couldNotLook(at now: Instant) {
        lastTurn = now
        for name in queues.keys { miss(name, at: now) }
    }

    private mutating func miss(_ name: String, at now: Instant) {
        guard let queue = queues[name], isQuiet(queue, at: now) else { return }
        queues[name]?.lookedAt = now
        if queue.starving == nil { queues[name]?.looks = 0 }
    }

    private mutating func forget() {
        queues = [:]
        (generation, renewal) = (nil, nil)
    }

    /// By name.
    func cases(at now: Instant) -> [Case] {
        queues.compactMap { name, queue in
            queue.starving.map { Case(queue: name, sight: $0, isBehind: queue.isBehind, silence: queue.quietSince.duration(to: now)) }
        }.sorted { $0.queue < $1.queue }
    }

    /// Whether to renew the connection now: at once, then after growing pauses. A broker that has lost track of its consumers serves a new one, and
    /// whoever was first may have gone.
    mutating func takeRenewal(at now: Instant) -> Bool {
        if queues.values.allSatisfy({ $0.starving == nil }) {
            renewal = nil
            return false
        }
        let (due, pause) = renewal ?? (now, patience.silence)
        if now < due { return false }
        renewal = (now + pause, min(pause * 2, patience.longestRenewalPause))
        return true
    }
}

extension Starvation.Case {
    /// For a person.
    var sentence: String {
        let ready = sight.ready == 1 ? "1 message is ready" : "\(sight.ready) messages are ready"
        let silence = "nothing has come from it for \(silence.components.seconds) s"
        if isBehind {
            return "another consumer was on \(queue) before this service\(sight.ready == 0 ? "" : "; \(ready) there"), and \(silence)"
        }
        let who =
            sight.consumers == 0
            ? "the broker has lost this service's consumer" : "another consumer has overtaken this service, or the broker serves none"
        return "\(ready) on \(queue), and \(silence): \(who)"
    }
}
