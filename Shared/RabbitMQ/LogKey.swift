/// The keys of this module's log metadata.
enum LogKey {
    static let role = "amqp.role"
    static let host = "amqp.host"
    static let generation = "amqp.generation"
    static let error = "error"
    static let reason = "reason"
    static let duration = "duration"
    static let retryIn = "retry.in"
}
