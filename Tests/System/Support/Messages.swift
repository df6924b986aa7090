import Contracts
import Messaging
import RabbitMQ
import StrictJSON

extension OutgoingMessage {
    static let cloudEvent = "application/cloudevents+json"

    /// A command with data of any form; `more` is a list of members of the envelope that begins with a comma.
    static func command(_ name: MessageName, _ data: String, id: String, source: String = "/test", more: String = "") -> OutgoingMessage {
        OutgoingMessage(
            exchange: Topology.commands, routingKey: name.routingKey,
            body: Array(#"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"\#(name.type)"\#(more),"data":\#(data)}"#.utf8),
            properties: MessageProperties(contentType: cloudEvent, messageId: id, deliveryMode: 2))
    }

    static func command(_ command: some Command, id: String) -> OutgoingMessage {
        .command(type(of: command).name, String(decoding: FieldWriter.bytes(of: command), as: UTF8.self), id: id)
    }

    /// An event; its source is the service that owns it unless another is named.
    static func event(
        _ event: some Event, id: String, source: String? = nil, sequence: Int? = nil, withRegency: Bool = true
    ) -> OutgoingMessage {
        let name = type(of: event).name
        let regency = withRegency ? event.eventRegency : nil
        let body = JSONWriter.object { json in
            json.member("specversion", "1.0")
            json.member("id", id)
            json.member("source", source ?? "/\(name.service)")
            json.member("type", name.type)
            json.member("subject", event.subject)
            json.member("regency", ifPresent: regency)
            if let sequence { json.member("sequence", "\(sequence)") }
            json.key("data")
            FieldWriter.write(event, to: &json)
        }
        return OutgoingMessage(
            exchange: Topology.events, routingKey: name.routingKey + (regency.map { ".\($0)" } ?? ""), body: body,
            properties: MessageProperties(contentType: cloudEvent, messageId: id, deliveryMode: 2))
    }

    /// Bytes that claim to be a message.
    static func raw(
        _ text: String, to routingKey: String, exchange: String, contentType: String? = cloudEvent, headers: [String: FieldValue] = [:]
    ) -> OutgoingMessage {
        OutgoingMessage(
            exchange: exchange, routingKey: routingKey, body: Array(text.utf8),
            properties: MessageProperties(contentType: contentType, deliveryMode: 2, headers: headers))
    }
}
