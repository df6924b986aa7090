/// One durable piece of a topology. Declaring again what is there changes nothing.
public enum Declaration: Sendable, Hashable {
    /// - Parameter passive: only check that it exists, which needs no right to configure.
    case exchange(String, type: String, passive: Bool = false)
    case queue(String, arguments: [String: FieldValue] = [:], passive: Bool = false)
    case binding(queue: String, exchange: String, routingKey: String)
}
