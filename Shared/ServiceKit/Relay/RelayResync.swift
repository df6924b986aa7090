import Messaging
import RabbitMQ
package import Store
import Synchronization

/// What the relay sends once more because somebody asked for it: one job after the other, a part of the window at a time, and only while
/// nothing fresh waits.
package struct RelayResync {
    package init() {}

    /// Of the window; what is fresh has the rest to itself.
    private static let share = Limits.relayWindow / 4
    /// Reads in one turn that find nothing to send.
    private static let stridesAtOnce = 100

    private var job: ResyncJob?
    private var finished: Int64 = 0
    /// How many jobs had been asked for when there was none left; nil: look.
    private var requests: Int?

    /// What is to be sent next; nothing fresh may wait.
    /// - Parameter requests: how many resyncs were asked for since the start.
    package mutating func takeBatch(
        _ requests: Int, from store: ServiceStore, in window: inout RelayWindow
    ) throws -> RelayWindow.Batch {
        try advance(requests, store, in: &window)
        let rows = try next(store, in: &window)
        // A range without anything for the consumer is done at once.
        if rows.isEmpty { try advance(requests, store, in: &window) }
        return rows.map { row in
            (RelayToken(row.position, .resync).rawValue, OutgoingMessage(row, from: store.definition.name, mandatory: true))
        }
    }

    /// Notes how far the job has got, and takes the next one when it is done.
    private mutating func advance(_ requests: Int, _ store: ServiceStore, in window: inout RelayWindow) throws {
        if let job {
            store.sent.withLock { $0.resyncs[job.number] = window.resync.mark }
            if window.resync.mark < job.endsAt { return }
            finished = job.number
            self.job = nil
            self.requests = nil
        }
        if requests == self.requests { return }
        job = try store.nextResync(after: finished)
        self.requests = requests
        if let job { window.begin(resyncAfter: job.sent) }
    }

    /// The next events to send; they count as handed over.
    private func next(_ store: ServiceStore, in window: inout RelayWindow) throws -> [OutboxRow] {
        guard let job, window.resync.inFlight <= Self.share / 2 else { return [] }
        for _ in 1...Self.stridesAtOnce where window.resync.handedOver < job.endsAt {
            let (rows, through) = try store.events(
                of: job, after: window.resync.handedOver, limit: Self.share - window.resync.inFlight)
            var pending: [OutboxRow] = []
            for row in rows {
                let isSent = window.resync.isPending(row.position)
                window.resync.handOver(row.position, isSent: isSent)
                if isSent { pending.append(row) }
            }
            if !pending.isEmpty { return pending }
            if rows.isEmpty { window.resync.handOver(through, isSent: false) }
        }
        return []
    }
}
