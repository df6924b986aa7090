import Messaging
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
        _ requests: Int, of store: ServiceStore, from reader: OutboxReader, in window: inout RelayWindow, at now: Int64
    ) throws -> RelayWindow.Batch {
        try advance(requests, store, reader, in: &window)
        if let batch = try window.takeHeldResync(from: reader, at: now) { return batch }
        let rows = try next(reader, in: &window, at: now)
        // A range without anything for the consumer is done at once.
        if rows.isEmpty { try advance(requests, store, reader, in: &window) }
        return window.resyncBatch(rows)
    }

    /// Notes how far the job has got, and takes the next one when it is done.
    private mutating func advance(_ requests: Int, _ store: ServiceStore, _ reader: OutboxReader, in window: inout RelayWindow) throws {
        if let job {
            store.sent.withLock { $0.resyncs[job.number] = window.resync.mark }
            if window.resync.mark < job.endsAt { return }
            finished = job.number
            self.job = nil
            self.requests = nil
        }
        if requests == self.requests { return }
        job = try reader.nextResync(after: finished)
        self.requests = requests
        if let job { window.begin(resyncAfter: job.sent) }
    }

    /// The next events to send; they count as handed over.
    private func next(_ reader: OutboxReader, in window: inout RelayWindow, at now: Int64) throws -> [OutboxRow] {
        guard let job, window.resync.inFlight + window.resync.holes.count <= Self.share / 2 else { return [] }
        for _ in 1...Self.stridesAtOnce where window.resync.handedOver < job.endsAt {
            let room = min(window.room(.main, at: now), Self.share - window.resync.inFlight)
            if room <= 0 { return [] }
            let (rows, through) = try reader.events(of: job, after: window.resync.handedOver, limit: room)
            var sent: [OutboxRow] = []
            for row in rows {
                let destination = window.destination(ofType: row.type).destination
                if window.holds.isHeld(destination) {
                    window.resync.skip(row.position, destination, .main)
                } else {
                    window.resync.handOver(row.position)
                    sent.append(row)
                }
            }
            if !sent.isEmpty { return sent }
            if !rows.isEmpty { return [] }
            window.resync.pass(through)
        }
        return []
    }
}
