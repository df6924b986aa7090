package import Messaging
package import RabbitMQ

extension Incoming {
    package convenience init(_ delivery: Delivery) {
        let channel: Channel =
            delivery.queue.hasSuffix(".commands") ? .commands : delivery.queue.hasSuffix(".events") ? .events : .dead
        func header(_ name: String) -> String? {
            if case .string(let text)? = delivery.properties.headers[name] { text } else { nil }
        }
        self.init(
            channel: channel, routingKey: delivery.routingKey, contentType: delivery.properties.contentType,
            messageId: delivery.properties.messageId, correlationId: delivery.properties.correlationId,
            replyTo: delivery.properties.replyTo,
            traceparent: header("traceparent"), tracestate: header("tracestate"), isRedelivered: delivery.redelivered, body: delivery.body,
            size: delivery.bodySize, wholeSHA256: delivery.wholeBodySHA256)
    }
}
