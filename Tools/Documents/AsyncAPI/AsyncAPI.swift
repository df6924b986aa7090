import Contracts
import Messaging
import Platform
import ServiceFramework
import StrictJSON

extension Document {
    /// Everything that travels by the broker, for programs that are written against it.
    static let asyncAPI = Document(path: "docs/asyncapi.yaml") { _ in
        try YAML.render(try AsyncAPI().json(), comment: "Generated from the services' indexes by `make generate`. Do not edit.")
    }
}

/// AsyncAPI 3.0 with the AMQP bindings 0.3.0. A channel per message (a routing key of an exchange) and per queue; an operation per
/// message that a service sends or takes.
struct AsyncAPI {
    let services: [ServiceDefinition]
    let messages: [String: [MessageDescription]]

    init() throws {
        services = Platform.services
        messages = Dictionary(uniqueKeysWithValues: try services.map { ($0.name, try MessageDescription.all(of: $0)) })
    }

    func json() throws -> [UInt8] {
        JSONWriter.object { json in
            json.member("asyncapi", "3.0.0")
            json.object("info") { json in
                json.member("title", "NTT Mart")
                json.member("version", "1.0.0")
                json.member(
                    "description",
                    """
                    Commands go to the exchange mart.commands, facts come from mart.events. Every body is a CloudEvent in structured JSON with \
                    the content type application/cloudevents+json; a message of another content type is parked.
                    """)
            }
            json.member("defaultContentType", "application/cloudevents+json")
            json.object("servers") { json in
                json.object("local") { json in
                    json.member("host", "127.0.0.1:5672")
                    json.member("protocol", "amqp")
                    json.member("description", "RabbitMQ 3.10 or later, virtual host /")
                }
            }
            json.object("channels", writeChannels)
            json.object("operations", writeOperations)
            json.object("components", writeComponents)
        }
    }

    // MARK: Channels

    private func writeChannels(_ json: inout JSONWriter) {
        for service in services {
            for message in messages[service.name] ?? [] { writeChannel(of: message, to: &json) }
        }
        for queue in Platform.topology.queues { writeChannel(of: queue, to: &json) }
        json.object("replies") { json in
            json.member("address", "reply.{client}")
            json.member("description", "Replies whose reply_to is of the form reply.<client>.…: bind a queue of your own to that key.")
            json.object("parameters") { json in
                json.object("client") { $0.member("description", "the rest of the command's reply_to; it may have dots") }
            }
            writeMessages([ReplyData.type], to: &json)
            writeExchange(Topology.replies, to: &json)
        }
    }

    private func writeChannel(of message: MessageDescription, to json: inout JSONWriter) {
        json.key(named: message.name.routingKey)
        json.object { json in
            switch message.direction {
            case .command: json.member("address", message.name.routingKey)
            case .event:
                json.member("address", "\(message.name.routingKey).{regency}")
                json.object("parameters") { json in
                    json.object("regency") { json in
                        json.member(
                            "description",
                            "code of the regency, whose dot makes two words of it; absent for a fact without one")
                        json.member("examples", ["53.06"])
                    }
                }
            }
            writeMessages([message.name.type], to: &json)
            writeExchange(message.direction == .command ? Topology.commands : Topology.events, to: &json)
        }
    }

    private func writeChannel(of queue: Topology.Queue, to json: inout JSONWriter) {
        json.key(named: queue.name)
        json.object { json in
            json.member("address", queue.name)
            json.member("description", Self.meaning(of: queue))
            writeMessages(types(in: queue), to: &json)
            json.object("bindings") { json in
                json.object("amqp") { json in
                    json.member("is", "queue")
                    json.object("queue") { json in
                        json.member("name", queue.name)
                        json.member("durable", true)
                        json.member("exclusive", false)
                        json.member("autoDelete", false)
                        json.member("vhost", "/")
                    }
                    json.object("x-arguments") { TopologyDefinitions.write(queue.arguments, to: &$0) }
                    json.array("x-bindings", queue.bindings) { json, binding in
                        json.object { json in
                            json.member("exchange", binding.exchange)
                            json.member("routingKey", binding.routingKey)
                        }
                    }
                    json.member("bindingVersion", "0.3.0")
                }
            }
        }
    }

    private static func meaning(of queue: Topology.Queue) -> String {
        switch queue.channel {
        case .commands: "Work queue of one service: declare it and publish to its exchange, never consume from it."
        case .events: "The events that one service consumes; listeners bind queues of their own to mart.events."
        case .dead: "What the broker itself dead-lettered; the service drains it into its parked messages."
        }
    }

    private func types(in queue: Topology.Queue) -> [String] {
        let service = services.first { queue.name == "\($0.name).\(queue.channel.rawValue)" }
        switch queue.channel {
        case .commands: return service?.allCommands.map { $0.name.type } ?? []
        case .events: return service?.consumes.map { $0.type } ?? []
        case .dead: return (service?.allCommands.map { $0.name.type } ?? []) + (service?.consumes.map { $0.type } ?? [])
        }
    }

    private func writeMessages(_ types: [String], to json: inout JSONWriter) {
        json.object("messages") { json in
            for type in types {
                json.key(named: Self.key(type))
                json.object { $0.member("$ref", "#/components/messages/\(type)") }
            }
        }
    }

    /// A message's key within a channel: some readers take no dots there.
    private static func key(_ type: String) -> String {
        type.dropFirst(MessageName.prefix.count).split(separator: ".").joined(separator: "-")
    }

    private func writeExchange(_ name: String, to json: inout JSONWriter) {
        json.object("bindings") { json in
            json.object("amqp") { json in
                json.member("is", "routingKey")
                json.object("exchange") { json in
                    json.member("name", name)
                    json.member("type", "topic")
                    json.member("durable", true)
                    json.member("autoDelete", false)
                    json.member("vhost", "/")
                }
                json.member("bindingVersion", "0.3.0")
            }
        }
    }

    // MARK: Operations

    private func writeOperations(_ json: inout JSONWriter) {
        for service in services {
            for message in messages[service.name] ?? [] {
                let isCommand = message.direction == .command
                json.key(named: "\(service.name).\(isCommand ? "take" : "publish").\(message.name.name)")
                json.object { json in
                    json.member("action", isCommand ? "receive" : "send")
                    json.member("summary", isCommand ? "\(service.name) takes this command" : "\(service.name) publishes this fact")
                    writeUse(of: message.name, channel: message.name.routingKey, to: &json)
                    if isCommand { writeReply(to: &json) } else { writeSending(to: &json) }
                }
            }
            for name in service.consumes {
                json.key(named: "\(service.name).consume.\(name.routingKey)")
                json.object { json in
                    json.member("action", "receive")
                    json.member("summary", "\(service.name) consumes this fact of \(name.service)")
                    writeUse(of: name, channel: "\(service.name).events", to: &json)
                }
            }
        }
    }

    private func writeUse(of name: MessageName, channel: String, to json: inout JSONWriter) {
        json.object("channel") { $0.member("$ref", "#/channels/\(channel)") }
        json.array("messages", [name.type]) { json, type in
            json.object { $0.member("$ref", "#/channels/\(channel)/messages/\(Self.key(type))") }
        }
    }

    private func writeSending(to json: inout JSONWriter) {
        json.object("bindings") { json in
            json.object("amqp") { json in
                json.member("deliveryMode", 2)
                json.member("mandatory", true)
                json.member("bindingVersion", "0.3.0")
            }
        }
    }

    private func writeReply(to json: inout JSONWriter) {
        json.object("reply") { json in
            json.object("address") { json in
                json.member("location", "$message.header#/reply_to")
                json.member(
                    "description",
                    """
                    the property reply_to: reply.<client>.… goes to mart.replies; amq.gen-… and amq.rabbitmq.reply-to.… to the default exchange \
                    unless REPLY_TO_QUEUES is off; nothing else is answered
                    """)
            }
            json.object("channel") { $0.member("$ref", "#/channels/replies") }
            json.array("messages", [ReplyData.type]) { json, type in
                json.object { $0.member("$ref", "#/channels/replies/messages/\(Self.key(type))") }
            }
        }
    }

    // MARK: Components

    private func writeComponents(_ json: inout JSONWriter) {
        json.object("messages") { json in
            for service in services {
                for message in messages[service.name] ?? [] {
                    writeMessage(message.name.type, title: message.name.name, example: message.example, to: &json)
                }
            }
            writeMessage(ReplyData.type, title: "reply", example: ReplyDescription.exampleBody, to: &json)
        }
        json.object("schemas") { json in
            json.key(named: EnvelopeSchemas.common)
            EnvelopeSchemas.writeCommon(to: &json)
            for service in services {
                for message in messages[service.name] ?? [] {
                    json.key(named: message.name.type)
                    EnvelopeSchemas.write(
                        message.name.type, service: service.name, isOurEvent: message.direction == .event, to: &json)
                    json.key(named: "\(message.name.type).data")
                    json.raw(message.data)
                }
            }
            json.key(named: ReplyData.type)
            EnvelopeSchemas.write(ReplyData.type, service: nil, isOurEvent: false, to: &json)
            json.key(named: "\(ReplyData.type).data")
            json.raw(ReplyDescription.schema(namesCommand: false))
        }
    }

    private func writeMessage(_ type: String, title: String, example: [UInt8], to json: inout JSONWriter) {
        json.key(named: type)
        json.object { json in
            json.member("name", type)
            json.member("title", title)
            json.member("contentType", "application/cloudevents+json")
            json.object("correlationId") { $0.member("location", "$message.payload#/correlationid") }
            json.object("payload") { $0.member("$ref", EnvelopeSchemas.reference(type)) }
            json.object("bindings") { json in
                json.object("amqp") { json in
                    json.member("messageType", type)
                    json.member("bindingVersion", "0.3.0")
                }
            }
            json.array("examples", [example]) { json, example in
                json.object { json in
                    json.key("payload")
                    json.raw(example)
                }
            }
        }
    }
}
