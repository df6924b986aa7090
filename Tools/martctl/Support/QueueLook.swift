import Messaging
import Platform
import RabbitMQ

/// One of the platform's queues as the broker describes it to anybody.
struct QueueLook: Sendable {
    enum State: Sendable, Equatable {
        /// Messages that wait for a consumer; what is delivered and not acknowledged does not count.
        case there(ready: Int, consumers: Int)
        case missing
        case unknown(String)
    }

    let service: String
    let channel: String
    let state: State

    var name: String { "\(service).\(channel)" }
    var ready: Int { if case .there(let ready, _) = state { ready } else { 0 } }

    /// All queues of the platform, by passive declaration, which needs no right and changes nothing.
    static func all(_ broker: RabbitMQConfiguration) async throws -> [QueueLook] {
        try await Blocking.run {
            let names = Platform.topology.services.flatMap { service in ["commands", "events", "dead"].map { (service.name, $0) } }
            let answers = try BrokerProbe.each(names, on: broker) { channel, name in
                let (_, ready, consumers) = try channel.declareQueue("\(name.0).\(name.1)", passive: true)
                return State.there(ready: Int(ready), consumers: Int(consumers))
            }
            return zip(names, answers).map { name, answer in QueueLook(service: name.0, channel: name.1, state: State(answer)) }
        }
    }
}

extension QueueLook.State {
    init(_ answer: Result<QueueLook.State, RabbitMQError>) {
        switch answer {
        case .success(let state): self = state
        case .failure(let error) where error.code == .notFound: self = .missing
        case .failure(let error): self = .unknown(error.replyText ?? "\(error)")
        }
    }
}
