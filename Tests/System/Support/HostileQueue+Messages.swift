import Contracts
import Messaging
import RabbitMQ

/// The worst inputs of section 2 of the contract.
extension HostileQueue {
    var hostileMessages: [HostileMessage] { noEnvelopes + wrongMembers + wrongKinds + wrongPlaces + wrongData }

    /// The same for a queue that no exchange leads to, of a service that handles no events.
    var directMessages: [HostileMessage] {
        let queue = "\(service).\(channel.rawValue)"
        let forged = HostileMessage("of another service", .forged, message(["id": id("other"), "type": "\"\(MartOpened.name.type)\""]))
        let good = HostileMessage("a good one", .unknownType, message(["id": id("good")]))
        return (noEnvelopes + wrongMembers + wrongKinds + [forged, good]).map {
            HostileMessage($0.label, $0.reason, $0.message.with(exchange: "", routingKey: queue))
        }
    }

    /// Every hostile envelope has an id of its own, so that no two bodies are equal.
    private func id(_ label: String) -> String { "\"\(service)-\(channel.rawValue)-\(label)\"" }

    private func broken(_ label: String, _ text: String) -> HostileMessage {
        HostileMessage(label, .malformed, .raw(text, to: name.routingKey, exchange: exchange))
    }

    private var noEnvelopes: [HostileMessage] {
        func whole(_ label: String) -> String { envelope(["id": id(label)]) }
        var notUTF8 = broken("not UTF-8", whole("not-utf8"))
        notUTF8 = HostileMessage(notUTF8.label, .malformed, notUTF8.message.with(body: [0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))
        return [
            broken("empty body", ""), broken("no JSON", "hello"), broken("a list", "[]"), broken("null", "null"), broken("a number", "12"),
            broken("cut off", String(whole("cut").dropLast(3))), broken("two documents", whole("two") + "{}"),
            broken("byte order mark", "\u{feff}" + whole("bom")), notUTF8,
            broken("the same key twice", envelope(["id": id("twice"), "source\":\"/a\",\"source": #""/b""#])),
            broken("the same key twice, far down", envelope(["id": id("deep-twice"), "more": #"{"a":{"b":[{"c":1,"c":1}]}}"#])),
            broken("too deep", envelope(["id": id("deep"), "more": Self.nested(33)])),
            broken("far too deep", envelope(["id": id("deeper"), "more": Self.nested(10_000)])),
            broken("half a surrogate pair", envelope(["id": id("surrogate"), "subject": #""\ud800""#])),
            broken("a control character", envelope(["id": id("control"), "subject": "\"a\u{1}b\""])),
        ]
    }

    private static func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }

    private var wrongMembers: [HostileMessage] {
        var list: [HostileMessage] = []
        func add(_ label: String, _ members: KeyValuePairs<String, String?>) {
            list.append(HostileMessage(label, .malformed, message(members)))
        }
        for name in ["specversion", "source", "type", "data"] {
            add("\(name) missing", ["id": id("no-\(name)"), name: nil])
            add("\(name) null", ["id": id("null-\(name)"), name: "null"])
            add("\(name) of a wrong type", ["id": id("type-\(name)"), name: "[1]"])
        }
        add("id missing", [:])
        add("id null", ["id": "null", "subject": id("null-id")])
        add("id a number", ["id": "5", "subject": id("number-id")])
        add("id empty", ["id": #""""#, "subject": id("empty-id")])
        for name in ["subject", "time", "datacontenttype", "regency", "correlationid", "causationid", "traceparent", "sequence"] {
            add("\(name) a number", ["id": id("number-\(name)"), name: "5"])
        }
        add("another specversion", ["id": id("spec"), "specversion": #""0.3""#])
        add("time no instant", ["id": id("time"), "time": #""yesterday""#])
        add("another datacontenttype", ["id": id("xml"), "datacontenttype": #""text/xml""#])
        add("sequence no digits", ["id": id("sequence"), "sequence": #""-1""#])
        add("sequence too long", ["id": id("sequence-long"), "sequence": #""000000000000000000001""#])
        add("data a text", ["id": id("data-text"), "data": #""{}""#])
        return list
    }

    private var wrongKinds: [HostileMessage] {
        let limit = channel == .commands ? Limits.commandSize : Limits.eventSize
        let filling = "\"\(String(repeating: "x", count: limit))\""
        var list = [
            HostileMessage("no content type", .contentType, message(["id": id("no-content-type")], contentType: nil)),
            HostileMessage("plain JSON", .contentType, message(["id": id("json")], contentType: "application/json")),
            HostileMessage("a batch", .contentType, message(["id": id("batch")], contentType: "application/cloudevents-batch+json")),
            HostileMessage("too long", .oversize, message(["id": id("long"), "more": filling])),
        ]
        for (label, type) in [
            ("unknown name", "\(MessageName.prefix)\(name.service).never-heard-of.v1"),
            ("unknown version", String(name.type.dropLast()) + "2"),
            ("another platform's", "com.example.\(name.service).v1"), ("no type at all", "x"),
        ] {
            list.append(HostileMessage(label, .unknownType, message(["id": id(label), "type": "\"\(type)\""])))
        }
        return list
    }

    /// Past the broker's permissions on routing keys, and not past the service.
    private var wrongPlaces: [HostileMessage] {
        let stranger = MessageName("console", "note")
        var list = [
            HostileMessage("of a stranger", .forged, message(["id": id("stranger"), "type": "\"\(stranger.type)\""])),
            HostileMessage(
                "by a CC header", .forged,
                message(["id": id("cc")], routingKey: stranger.routingKey, headers: ["CC": .array([.string(name.routingKey)])])),
            HostileMessage(
                "by a BCC header", .forged,
                message(["id": id("bcc")], routingKey: stranger.routingKey, headers: ["BCC": .array([.string(name.routingKey)])])),
        ]
        if channel == .events {
            list.append(
                HostileMessage(
                    "written into the queue", .forged, message(["id": id("direct")], routingKey: "\(service).events", exchange: "")))
            let command = MessageName(service, "replay-parked")
            list.append(
                HostileMessage(
                    "a command among the events", .unknownType,
                    message(["id": id("command"), "type": "\"\(command.type)\""], routingKey: "\(service).events", exchange: "")))
        } else if let event = Self.consumed[service] {
            // A foreign routing key reaches a command queue only by a binding that somebody made.
            list.append(
                HostileMessage(
                    "an event among the commands", .unknownType,
                    message(
                        ["id": id("event"), "type": "\"\(event.type)\""], routingKey: event.routingKey, exchange: Self.byway(to: service))))
        }
        return list
    }

    /// An exchange that the test binds to the service's command queue, past the topology.
    static func byway(to service: String) -> String { "test.byway.\(service)" }

    /// An event that the service consumes.
    private static let consumed = [
        "catalog": PermitRevoked.name, "consignment": PriceChanged.name, "settlement": GoodsWrittenOff.name,
    ]

    private var wrongData: [HostileMessage] {
        let reason: ParkReason? = channel == .commands ? nil : .invalidData
        let numbers = ["5.0", "1e3", "5e-1", "-1", "9007199254740992", "99999999999999999999", "null", "true", "[]", "{}"]
        return numbers.enumerated().map { index, number in
            let data = countedData.split(separator: "#", omittingEmptySubsequences: false).joined(separator: number)
            return HostileMessage("\(number) for a number", reason, message(["id": id("number-\(index)"), "data": data], type: counted))
        } + [HostileMessage("nothing in the data", reason, message(["id": id("no-data"), "data": #"{"a":null}"#]))]
    }
}

extension OutgoingMessage {
    func with(body: [UInt8]? = nil, exchange: String? = nil, routingKey: String? = nil) -> OutgoingMessage {
        var copy = self
        if let body { copy.body = body }
        if let routingKey { copy.routingKey = routingKey }
        if let exchange { copy.exchange = exchange }
        return copy
    }
}
