import Contracts
import Messaging
import Store
import Synchronization

/// Counters of one service, in the text format of Prometheus. Labels come from the service's index.
final class ServiceMetrics: Sendable {
    private struct State {
        var tally = Tally()
        var batches: Int64 = 0
        var messages: Int64 = 0
        var seconds = 0.0
    }

    private let state = Mutex(State())
    private let definition: ServiceDefinition

    init(_ definition: ServiceDefinition) { self.definition = definition }

    /// A batch was committed.
    func committed(messages: Int, after duration: Duration, tally: Tally) {
        state.withLock { state in
            state.tally = tally
            state.batches += 1
            state.messages += Int64(messages)
            state.seconds += Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        }
    }

    func text(store: ServiceStore, isReady: Bool, committed: Int64) -> String {
        let state = state.withLock { $0 }
        let sent = store.sent.withLock { $0 }
        var lines: [String] = []
        func family(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: String)]) {
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) \(kind)")
            for sample in samples { lines.append("\(name){service=\"\(definition.name)\"\(sample.labels)} \(sample.value)") }
        }
        let handled = state.tally.handled.sorted {
            ($0.key.name.type, $0.key.outcome.rawValue) < ($1.key.name.type, $1.key.outcome.rawValue)
        }
        family(
            "mart_messages_total", "counter", "Messages judged, by type and outcome.",
            handled.map { (",type=\"\($0.key.name)\",outcome=\"\($0.key.outcome.name)\"", "\($0.value)") })
        family(
            "mart_parked_total", "counter", "Messages parked, by reason.",
            state.tally.parked.sorted { $0.key.rawValue < $1.key.rawValue }.map { (",reason=\"\($0.key.rawValue)\"", "\($0.value)") })
        family("mart_batches_total", "counter", "Transactions committed for deliveries.", [("", "\(state.batches)")])
        family("mart_batch_messages_total", "counter", "Deliveries in those transactions.", [("", "\(state.messages)")])
        family("mart_batch_seconds_total", "counter", "Time from taking deliveries to their commit.", [("", "\(state.seconds)")])
        family("mart_outbox_sequence", "gauge", "Sequence of the last event committed.", [("", "\(committed)")])
        family("mart_outbox_sent_sequence", "gauge", "Sequence up to which the broker has confirmed.", [("", "\(sent.events)")])
        family("mart_in_flight", "gauge", "Deliveries taken and not yet committed.", [("", "\(store.inFlight.load(ordering: .relaxed))")])
        family("mart_ready", "gauge", "1 if the service is ready.", [("", isReady ? "1" : "0")])
        return lines.joined(separator: "\n") + "\n"
    }
}
