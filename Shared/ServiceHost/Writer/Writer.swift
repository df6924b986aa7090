import Foundation
import Logging
import Messaging
import Primitives
import RabbitMQ
import ServiceFramework
import ServiceLifecycle
import Storage
import Synchronization

/// Takes what the consumer has, judges it in one transaction, acknowledges after the commit, and wakes the relay. Owns its thread.
final class Writer: Service {
    /// The processor, until the writer's thread has it: nobody else ever sees it again.
    private let processor: Handover<BatchProcessor>
    private let store: ServiceStore
    private let consumer: RabbitMQConsumer
    private let relay: Relay
    private let backups: BackupKeeper
    private let health: Health
    private let metrics: ServiceMetrics
    private let logger: Logger
    private let decisions: DecisionLog
    private let clockWatch: ClockWatch
    private let patience: Patience
    /// Between two looks at whether the store's files are where they were, when no batch looks by the way.
    private static let lookEvery = Duration.milliseconds(500)
    private let isStopping = Atomic(false)
    /// The store has failed for so long that the broker has been given back what is unacknowledged. The writer's thread alone sets it.
    private let isSuspended = Atomic(false)
    private let finished = Completion()

    init(
        _ processor: sending BatchProcessor, store: ServiceStore, consumer: RabbitMQConsumer, relay: Relay, backups: BackupKeeper,
        health: Health, metrics: ServiceMetrics,
        logger: Logger, patience: Patience = .current
    ) {
        self.processor = Handover(processor)
        self.store = store
        self.consumer = consumer
        self.relay = relay
        self.backups = backups
        self.health = health
        self.metrics = metrics
        self.logger = logger
        self.patience = patience
        decisions = DecisionLog(logger: logger)
        clockWatch = ClockWatch(store.clock, health, logger)
    }

    /// Handles what comes until the service stops; then finishes the batch in hand and acknowledges it. The first of the parts to stop.
    func run() async throws {
        startThread()
        try? await gracefulShutdown()
        isStopping.store(true, ordering: .releasing)
        consumer.stopConsuming()
        consumer.wake()
        await finished.wait()
        await consumer.shutdown(timeout: .seconds(2))
    }

    private func startThread() {
        let thread = Thread { [self] in
            guard let processor = processor.take() else { return }
            loop(processor)
            finished.complete()
        }
        thread.name = "writer"
        thread.stackSize = 4 << 20
        thread.start()
        consumer.start()
    }

    private func loop(_ processor: BatchProcessor) {
        var suspects = Suspects(isArmed: store.file.wasStoppedUncleanly)
        var timers = TimerSchedule()
        var lastLook = ContinuousClock.now
        while true {
            health.turned()
            if isSuspended.load(ordering: .relaxed), !waitForStore(processor) { return }
            if lastLook.duration(to: .now) >= Self.lookEvery {
                lastLook = .now
                retrying { try store.file.look() }
            }
            let today = clockWatch.datedToday()
            if timers.isDue(on: today, at: .now) { fireTimers(processor, &timers, on: today) }
            let replays = replay(processor, isSuspect: suspects.isArmed)
            let mustReturn = replays || timers.isDue(on: today, at: .now)
            let deliveries = consumer.nextBatch(max: Limits.batch, timeout: mustReturn ? .zero : .milliseconds(500))
            if let last = deliveries.last {
                store.inFlight.store(deliveries.count, ordering: .relaxed)
                CrashPoint.consumerTaken.pass()
                guard handle(deliveries, processor, &suspects, &timers) else {
                    store.inFlight.store(0, ordering: .relaxed)
                    if isStopping.load(ordering: .acquiring) { return }
                    continue
                }
                CrashPoint.consumerUnacknowledged.pass()
                consumer.acknowledge(through: last)
                CrashPoint.consumerAcknowledged.pass()
                store.inFlight.store(0, ordering: .relaxed)
                if suspects.isWatching { widen(&suspects, hadSuspect: deliveries.contains { suspects.contains($0) }) }
            } else {
                metrics.idle(processor.tally)
                retrying { try processor.saveSentMarks() }
                if suspects.isWatching { widen(&suspects, hadSuspect: false) }
                if isStopping.load(ordering: .acquiring) { return }
            }
        }
    }

    /// The prefetch after an unclean stop is small, and changes only with a connection.
    private func widen(_ suspects: inout Suspects, hadSuspect: Bool) {
        if suspects.areThrough(hadSuspect: hadSuspect, consumer.state, at: .now, after: patience.firstConnection) {
            consumer.reconnect(reason: "what came back after the unclean stop is done: from here on with the full prefetch")
        }
    }

    /// False if the service stops before the store has taken the batch, or has given it back to the broker.
    private func handle(
        _ deliveries: [Delivery], _ processor: BatchProcessor, _ suspects: inout Suspects, _ timers: inout TimerSchedule
    ) -> Bool {
        let started = ContinuousClock.now
        var ready: [Incoming] = []
        ready.reserveCapacity(deliveries.count)
        var isCommitted = true
        for delivery in deliveries {
            let incoming = Incoming(delivery)
            guard suspects.contains(delivery) else {
                ready.append(incoming)
                continue
            }
            // Each takes three transactions, so a long row of them is neither a hang nor a reason to stop late.
            health.turned()
            if isStopping.load(ordering: .acquiring) { return false }
            var turn = SuspectTurn(incoming)
            isCommitted = isCommitted && retrying { try turn.proceed(processor) { decisions.write($0) } }
        }
        let batch = ready
        if !batch.isEmpty {
            isCommitted =
                isCommitted
                && retrying {
                    try processor.process(batch)
                    decisions.write(processor.decisions)
                }
        }
        guard isCommitted else { return false }
        let committed = processor.committed
        relay.committed(committed)
        backups.committed(committed)
        if committed.timersRequested { timers.request() }
        if committed.replayRequested { CrashPoint.replayRequested.pass() }
        metrics.committed(
            messages: deliveries.count, after: started.duration(to: .now), commit: processor.commitDuration, tally: processor.tally)
        return true
    }

    /// Handles some of what a person wants replayed; answers whether there may be more.
    private func replay(_ processor: BatchProcessor, isSuspect: Bool) -> Bool {
        guard processor.committed.replayRequested else { return false }
        retrying {
            var left = Limits.timerChunk
            while left > 0, !isStopping.load(ordering: .acquiring),
                try processor.replayParked(isSuspect: isSuspect, decided: { decisions.write($0) })
            {
                left -= 1
            }
        }
        relay.committed(processor.committed)
        return processor.committed.replayRequested
    }

    /// - Parameter today: nil while nothing dated may happen.
    private func fireTimers(_ processor: BatchProcessor, _ timers: inout TimerSchedule, on today: BusinessDate?) {
        let before = processor.committed.events
        var failed = false
        let isDone = retrying {
            try processor.fireTimers(dated: today != nil) { timer, error in
                failed = true
                health.set(.timerFailing, "\(timer.name): \(StoreError.reason(error))")
                logger.error("timer failed", metadata: [LogKey.timer: "\(timer.name)", LogKey.error: "\(error)"])
            }
        }
        guard isDone else { return }
        if !failed { health.clear(.timerFailing) }
        let committed = processor.committed
        if committed.events > before, let today {
            logger.info(
                "the clock brought events",
                metadata: [
                    LogKey.businessDate: "\(today)", LogKey.eventCount: "\(committed.events - before)",
                    LogKey.correlationId: "clock:\(today)",
                ])
        }
        if failed { timers.failed(at: .now) } else { timers.fired(on: today, more: committed.timersRequested) }
        relay.committed(committed)
    }

    /// Tries until the store takes it: nothing is acknowledged meanwhile, so nothing more comes in than the prefetch. False if the service stops, or
    /// if the store has failed for so long that the connection is dropped: what is unacknowledged is the broker's again.
    @discardableResult
    private func retrying(_ body: () throws -> Void) -> Bool {
        if isSuspended.load(ordering: .relaxed) { return false }
        let started = ContinuousClock.now
        var delay = Self.firstRetry
        while true {
            do {
                try body()
                health.clear(.storeFailing)
                return true
            } catch {
                noteFailure(error, retryIn: delay)
                if isStopping.load(ordering: .acquiring) { return false }
                if started.duration(to: .now) >= patience.failingStore {
                    isSuspended.store(true, ordering: .relaxed)
                    consumer.suspend(reason: "the store has failed for \(patience.failingStore)")
                    return false
                }
                pause(&delay)
            }
        }
    }

    private static let firstRetry = 0.1

    /// Waits until the store takes a small transaction, then lets the consumer connect again. False if the service stops.
    private func waitForStore(_ processor: BatchProcessor) -> Bool {
        var delay = Self.firstRetry
        while true {
            if isStopping.load(ordering: .acquiring) { return false }
            do {
                try processor.probe()
                break
            } catch {
                noteFailure(error, retryIn: delay)
                pause(&delay)
            }
        }
        logger.notice("the store takes something again")
        isSuspended.store(false, ordering: .relaxed)
        health.clear(.storeFailing)
        consumer.resume()
        return true
    }

    private func noteFailure(_ error: any Error, retryIn delay: Double) {
        health.set(.storeFailing, StoreError.reason(error))
        logger.error("the store failed, trying again", metadata: [LogKey.error: "\(error)", LogKey.retryIn: "\(delay)"])
        if let change = store.file.change(behind: error) {
            LostStore.leave(store, change, health, logger) { isStopping.load(ordering: .acquiring) }
        }
        if StoreError.isCorruption(error) { FatalExit.now(.unavailable, "the store is damaged: \(error)", logger) }
    }

    private func pause(_ delay: inout Double) {
        Thread.sleep(forTimeInterval: delay)
        delay = min(delay * 2, 5)
        health.turned()
    }
}

/// Passes a value that only one thread may use to that thread.
private final class Handover<Value>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: sending Value) { self.value = Mutex(value) }

    func take() -> sending Value? { value.withLock { value in value.take() } }
}
