import Contracts
import Messaging
import Primitives
import RabbitMQ
import StrictJSON

/// One line of a file for `inject`, as the message that it means. Three forms are understood:
///
/// - a CloudEvents envelope: sent byte by byte as it stands, to where its type belongs;
/// - `{"routingKey": "catalog.open-mart", "data": {…}}`: an envelope is made around the data; `id`, `source`, `subject`, `regency`,
///   `correlationid` and `traceparent` go into it;
/// - `{"exchange": "mart.events", "routingKey": "…", "body": …}`: the body goes out as it is, a text by its characters, anything else
///   as its JSON; `contentType` is CloudEvents' unless given. For what no careful sender would say.
struct InjectLine: Sendable {
    let message: OutgoingMessage
    /// Whether a service will answer.
    var isCommand: Bool { message.exchange == Topology.commands }

    /// Why a line is none of them.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    static let contentType = "application/cloudevents+json"

    /// - Parameter id: for an envelope that has to be made and brings none.
    init(_ line: [UInt8], id: () -> String) throws(Fault) {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(parsing: line).root
        } catch {
            throw Fault(description: "\(error)")
        }
        guard root.kind == .object else { throw Fault(description: "the line is no JSON object") }
        if let body = root["body"] {
            message = try Self.raw(root, body)
        } else if root["specversion"] != nil {
            message = try Self.envelope(root, line)
        } else if let routingKey = root["routingKey"]?.string, let data = root["data"] {
            message = try Self.made(root, routingKey, data, id: id)
        } else {
            throw Fault(description: "neither an envelope (specversion) nor a routingKey with data or body")
        }
    }

    private static func envelope(_ root: JSONValue, _ line: [UInt8]) throws(Fault) -> OutgoingMessage {
        guard let type = root["type"]?.string else { throw Fault(description: "the envelope has no type") }
        let known = Known(type: type)
        guard let known else {
            throw Fault(
                description: "\(type) is no message of the platform; with exchange, routingKey and body it can be sent all the same")
        }
        let regency = root["regency"]?.string ?? root["data"]?["regency"]?.string
        return message(root, exchange: known.exchange, routingKey: known.routingKey(regency), body: line, type: type)
    }

    private static func made(
        _ root: JSONValue, _ routingKey: String, _ data: JSONValue, id: () -> String
    ) throws(Fault) -> OutgoingMessage {
        let words = routingKey.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard words.count >= 2, words.allSatisfy({ !$0.isEmpty }) else {
            throw Fault(description: "the routingKey '\(routingKey)' does not begin with <service>.<name>")
        }
        let name = MessageName(words[0], words[1])
        guard let exchange = root["exchange"]?.string ?? Known(type: name.type)?.exchange else {
            throw Fault(description: "\(name) is no message of the platform; with an exchange it can be sent all the same")
        }
        let regency = root["regency"]?.string
        let messageId = root["id"]?.string ?? id()
        let body = JSONWriter.object { json in
            json.member("specversion", "1.0")
            json.member("id", messageId)
            json.member("source", root["source"]?.string ?? "/martctl")
            json.member("type", root["type"]?.string ?? name.type)
            json.member("subject", ifPresent: root["subject"]?.string)
            json.member("time", root["time"]?.string ?? Instant.systemNow.description)
            json.member("datacontenttype", "application/json")
            json.member("regency", ifPresent: regency)
            json.member("correlationid", ifPresent: root["correlationid"]?.string)
            json.member("traceparent", ifPresent: root["traceparent"]?.string)
            json.member("sequence", ifPresent: root["sequence"]?.string)
            json.key("data")
            json.raw(data.rawBytes)
        }
        let key =
            words.count == 2 && exchange == Topology.events
            ? ([routingKey] + [regency].compactMap(\.self)).joined(separator: ".") : routingKey
        return message(root, id: messageId, exchange: exchange, routingKey: key, body: body, type: name.type)
    }

    private static func raw(_ root: JSONValue, _ body: JSONValue) throws(Fault) -> OutgoingMessage {
        guard let exchange = root["exchange"]?.string, let routingKey = root["routingKey"]?.string else {
            throw Fault(description: "a body needs an exchange and a routingKey")
        }
        return message(
            root, exchange: exchange, routingKey: routingKey, body: body.string.map { Array($0.utf8) } ?? Array(body.rawBytes), type: nil)
    }

    private static func message(
        _ root: JSONValue, id: String? = nil, exchange: String, routingKey: String, body: [UInt8], type: String?
    ) -> OutgoingMessage {
        let id = id ?? root["id"]?.string
        // What does not fit into a property is left out: the body wins over properties anyway.
        func fitting(_ text: String?) -> String? { text.flatMap { $0.utf8.count <= RabbitMQLimits.shortStringBytes ? $0 : nil } }
        let headers: [String: FieldValue] = root["traceparent"]?.string.map { ["traceparent": .string($0)] } ?? [:]
        let properties = MessageProperties(
            contentType: root["contentType"]?.string ?? contentType, messageId: fitting(id), type: fitting(type),
            correlationId: fitting(root["correlationid"]?.string ?? id), appId: "martctl", deliveryMode: 2, headers: headers)
        return OutgoingMessage(exchange: exchange, routingKey: routingKey, body: body, properties: properties)
    }

    /// Where a message of the contract goes.
    private struct Known {
        let name: MessageName
        let exchange: String

        init?(type: String) {
            if let name = Self.commands[type] {
                (self.name, exchange) = (name, Topology.commands)
            } else if let name = Self.events[type] {
                (self.name, exchange) = (name, Topology.events)
            } else {
                return nil
            }
        }

        func routingKey(_ regency: String?) -> String {
            exchange == Topology.events ? ([name.routingKey] + [regency].compactMap(\.self)).joined(separator: ".") : name.routingKey
        }

        private static let commands = Dictionary(uniqueKeysWithValues: MessageName.commands.map { ($0.type, $0) })
        private static let events = Dictionary(uniqueKeysWithValues: MessageName.events.map { ($0.type, $0) })
    }
}
