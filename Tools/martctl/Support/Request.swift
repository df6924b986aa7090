import Contracts
import Primitives
import RabbitMQ
import StrictJSON

/// A command as it is sent: what it asks, and its data as JSON.
struct Request: Sendable {
    /// `<service>.<command>`, the routing key.
    let name: String
    var regency: String?
    /// A JSON object.
    let data: [UInt8]

    init(name: String, regency: String? = nil, data: [UInt8]) {
        self.name = name
        self.regency = regency
        self.data = data
    }

    init(_ command: some Contracts.Command) { self.init(name: type(of: command).name.routingKey, data: FieldWriter.bytes(of: command)) }

    /// The message; `id` serves as correlation id too.
    func message(id: String, source: String, replyTo: String) -> OutgoingMessage {
        let type = "\(MessageName.prefix)\(name).v1"
        let body = JSONWriter.object { json in
            json.member("specversion", "1.0")
            json.member("id", id)
            json.member("source", source)
            json.member("type", type)
            json.member("time", Instant.systemNow.description)
            json.member("datacontenttype", "application/json")
            json.member("regency", ifPresent: regency)
            json.member("correlationid", id)
            json.key("data")
            json.raw(data)
        }
        let properties = MessageProperties(
            contentType: "application/cloudevents+json", messageId: id, type: type, correlationId: id, replyTo: replyTo, appId: "martctl",
            deliveryMode: 2)
        return OutgoingMessage(exchange: "mart.commands", routingKey: name, body: body, properties: properties)
    }
}

/// A service's answer to a command.
struct Answer: Sendable {
    let status: String
    let code: String
    let message: String
    let subject: String
    /// Whether what is missing may still be on its way.
    let isRetriable: Bool
    /// The reply as it came.
    let body: [UInt8]

    var isAccepted: Bool { status != "rejected" }

    /// Nil when the bytes are no reply of this contract.
    init?(_ body: [UInt8]) {
        guard let root = try? JSONDocument(parsing: body).root, let data = root["data"], let status = data["status"]?.string,
            let code = data["code"]?.string
        else { return nil }
        self.status = status
        self.code = code
        message = data["message"]?.string ?? ""
        subject = data["subject"]?.string ?? ""
        isRetriable = data["details"]?["retriable"]?.bool ?? false
        self.body = body
    }
}
