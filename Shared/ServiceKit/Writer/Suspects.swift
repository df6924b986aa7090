package import RabbitMQ

/// Deliveries that came back after this process's predecessor died: one of them may have killed it.
package struct Suspects {
    /// Only the first connection brings them back; later redeliveries come from lost connections.
    private static let generation = 1
    package let isArmed: Bool

    package init(isArmed: Bool) { self.isArmed = isArmed }

    package func contains(_ delivery: Delivery) -> Bool { isArmed && delivery.redelivered && delivery.generation == Self.generation }
}
