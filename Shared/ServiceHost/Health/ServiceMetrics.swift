import Contracts
import Foundation
import Messaging
import Primitives
import RabbitMQ
import ServiceFramework
import Storage
import Synchronization

/// Collects the figures of one service; a batch, a turn of the relay or a request costs one lock. `ServiceMetrics+Page` renders them.
final class ServiceMetrics: Sendable {
    enum Connection: String, CaseIterable {
        case consumer, relay
        /// Replies to queues.
        case replies
    }

    struct Read: Hashable {
        var method: String
        var route: String
        var status: Int
    }

    /// Publishes that the broker has answered, by what became of them.
    struct Sent {
        var confirmed: Int64 = 0
        /// Came back, and nobody need have it.
        var unrouted: Int64 = 0
        /// Came back although the contract names a consumer.
        var unroutable: Int64 = 0
        var failed: Int64 = 0

        static func += (left: inout Sent, right: Sent) {
            left.confirmed += right.confirmed
            left.unrouted += right.unrouted
            left.unroutable += right.unroutable
            left.failed += right.failed
        }
    }

    struct State {
        var tally = Tally()
        var batches = Histogram(.batchSize)
        var processing = Histogram(.processDuration)
        var commits = Histogram(.commitDuration)
        var confirms = Histogram(.operationDuration)
        var deliveryAge = 0.0
        var events = Sent()
        var replies = Sent()
        var connections: [Connection: ConnectionRecord] = [:]
        var reads: [Read: Histogram] = [:]
    }

    private let state = Mutex(State())
    let started = Date().timeIntervalSince1970
    let measures: MeasureReader

    init(_ definition: ServiceDefinition) { measures = MeasureReader(definition.measures) }

    var snapshot: State { state.withLock { $0 } }

    /// A batch was committed.
    func committed(messages: Int, after duration: Duration, commit: Duration, tally: Tally) {
        let age = tally.oldest.map { Double(max(0, Instant.systemNow.milliseconds - $0.milliseconds)) / 1000 }
        state.withLock { state in
            state.tally = tally
            state.batches.observe(Double(messages))
            state.processing.observe(duration)
            state.commits.observe(commit)
            state.deliveryAge = age ?? 0
        }
    }

    /// Nothing waits in the queues.
    func idle(_ tally: Tally) {
        state.withLock { state in
            state.tally = tally
            state.deliveryAge = 0
        }
    }

    func relayed(events: Sent, replies: Sent, confirms: [Duration]) {
        state.withLock { state in
            state.events += events
            state.replies += replies
            for confirm in confirms { state.confirms.observe(confirm) }
        }
    }

    func connection(_ connection: Connection, _ change: ConnectionState) {
        state.withLock { $0.connections[connection, default: ConnectionRecord()].changed(change, at: .now) }
    }

    func answered(_ read: Read, after duration: Duration) {
        state.withLock { $0.reads[read, default: Histogram(.readDuration)].observe(duration) }
    }
}
