import Contracts
import Platform
import ServiceFramework

/// Waits until every fact has arrived everywhere: outboxes empty, all events recorded, and each consumer has handled the last event of
/// each service whose facts it needs.
struct Quiet {
    let sides: ReadSides
    let recorder: Recorder
    let patience: Duration

    /// Who consumes what of whom, by the topology.
    private var edges: [(consumer: HTTPClient, events: [String])] {
        Platform.services.flatMap { service in
            Dictionary(grouping: service.consumes, by: \.service).values.map { (sides[service.name], $0.map(\.routingKey)) }
        }
    }

    /// - Parameter progress: called at each look.
    func wait(progress: () -> Void = {}) async throws {
        let deadline = ContinuousClock.now + patience
        while true {
            progress()
            let before = recorder.total
            let reasons = try await unrest()
            if reasons.isEmpty, recorder.total == before { return }
            if let failure = recorder.failure { throw Failure(.unavailable, "the recording broke off: \(failure)") }
            if ContinuousClock.now >= deadline {
                throw Failure(
                    .tryAgain,
                    "the platform does not come to rest within \(patience): "
                        + (reasons.isEmpty ? "events keep coming" : reasons.joined(separator: "; ")))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// What is still on its way.
    private func unrest() async throws -> [String] {
        var reasons: [String] = []
        for (service, status) in try await sides.status() {
            if status.outboxPending + status.inFlight > 0 { reasons.append("\(service) has \(status.outboxPending) events to send") }
            let recorded = recorder.lastSequence(of: service)
            if recorded < status.lastSequence {
                reasons.append("\(service)'s events are recorded up to \(recorded) of \(status.lastSequence)")
            }
        }
        if !reasons.isEmpty { return reasons }
        for (consumer, events) in edges {
            guard let last = recorder.last(events) else { continue }
            if try await !sides.has(consumer, handled: last.id) {
                reasons.append("\(consumer.service) has not handled all \(events[0]) and the like")
            }
        }
        return reasons
    }
}
