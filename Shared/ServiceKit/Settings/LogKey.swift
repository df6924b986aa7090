/// The keys of a service's log metadata. What has to do with one message carries `correlation.id`: who knows it finds all its lines.
enum LogKey {
    static let messageId = "message.id"
    static let messageType = "message.type"
    static let messageSource = "message.source"
    static let subject = "message.subject"
    static let correlationId = "correlation.id"
    static let traceParent = "trace.parent"
    static let code = "code"
    static let reason = "reason"
    static let parkedId = "parked.id"
    static let outboxPosition = "outbox.position"
    static let eventCount = "events"
    static let businessDate = "business.date"
    static let timer = "timer"
    static let error = "error"
    static let retryIn = "retry.seconds"
}
