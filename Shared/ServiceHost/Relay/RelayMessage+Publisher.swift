import Messaging
package import RabbitMQ
import ServiceFramework

extension [RelayMessage] {
    /// As a publisher takes them.
    package func outgoing(from service: String) -> [(token: UInt64, message: OutgoingMessage)] {
        map { ($0.token, OutgoingMessage($0, from: service)) }
    }
}

extension OutgoingMessage {
    init(_ message: RelayMessage, from service: String) {
        let row = message.row
        if row.messageId.isEmpty {
            self.init(exchange: row.exchange, routingKey: row.routingKey, body: row.body, mandatory: message.mandatory)
            return
        }
        var properties = MessageProperties()
        properties.contentType = "application/cloudevents+json"
        properties.messageId = row.messageId
        properties.type = row.type.isEmpty ? "id.nttmart.reply.v1" : row.type
        properties.deliveryMode = 2
        // A sender's correlationid may be longer than AMQP allows; the envelope says it in full, and the message must not get stuck for it.
        if (1...RabbitMQLimits.shortStringBytes).contains(row.correlationId.utf8.count) { properties.correlationId = row.correlationId }
        properties.appId = service
        if let traceparent = row.traceparent { properties.headers["traceparent"] = .string(traceparent) }
        if let tracestate = row.tracestate { properties.headers["tracestate"] = .string(tracestate) }
        self.init(exchange: row.exchange, routingKey: row.routingKey, body: row.body, properties: properties, mandatory: message.mandatory)
    }
}
