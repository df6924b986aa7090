import RabbitMQ

/// One message that the driver sends, as a till or an officer's desk would; the JSON is written by hand, on purpose.
struct Command: Sendable {
    /// E.g. `consignment.record-sale`.
    let name: String
    /// The message id.
    let id: String
    /// What it is about: saleId, refundId, …
    let key: String
    let data: String
    /// Whole rupiah that an accepted sale brings.
    var worth: Int64 = 0

    var service: String { String(name.prefix { $0 != "." }) }

    func message(replyTo: String) -> OutgoingMessage {
        let body =
            #"{"specversion":"1.0","id":"\#(id)","source":"/chaos","type":"id.nttmart.\#(name).v1","time":"2026-02-06T02:00:00Z","#
            + #""datacontenttype":"application/json","data":\#(data)}"#
        return OutgoingMessage(
            exchange: "mart.commands", routingKey: name, body: Array(body.utf8),
            properties: MessageProperties(
                contentType: "application/cloudevents+json", messageId: id, correlationId: id, replyTo: replyTo, deliveryMode: 2))
    }
}
