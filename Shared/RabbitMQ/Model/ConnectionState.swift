/// Where a publisher or consumer stands with the broker.
public enum ConnectionState: Sendable, Equatable {
    /// Not connected; being tried again and again. `lastError` is why the last attempt or connection ended.
    /// A non-retriable one (wrong password, 403, 406) is tried again too: whether to exit is the caller's decision.
    case connecting(lastError: RabbitMQError?)
    /// Connected, and the setup has been done. Generations count from 1.
    case connected(generation: Int)
    /// Connected, but the broker takes no messages because of an alarm (memory, disk). Publishers only.
    case blocked(reason: String)
    /// Dropped on request, and not coming back before `resume()`. Consumers only.
    case suspended(reason: String)
    /// Shut down.
    case closed
}
