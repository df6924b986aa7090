import CRabbitMQ

/// The C library beneath.
public enum RabbitMQLibrary {
    /// Of the library that is loaded, e.g. `0.11.0`.
    public static var version: String { String(cString: amqp_version()) }
}
