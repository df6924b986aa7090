import Contracts
import Messaging
import StrictJSON
import Testing

/// Section 2 of the contract: what an envelope must be, and for what it is parked.
struct ContractsEnvelopeTests {
    private static let good: [(String, String)] = [
        ("specversion", #""1.0""#), ("id", #""m1""#), ("source", #""/permits""#), ("type", #""id.nttmart.permits.permit-approved.v1""#),
        ("data", #"{"permitId":"p1"}"#),
    ]

    /// The good envelope with one attribute set (or, by nil, left out).
    private func body(_ name: String, _ value: String?) -> [UInt8] {
        var members = Self.good.filter { $0.0 != name }
        if let value { members.append((name, value)) }
        return Array(("{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}").utf8)
    }

    private func fault(_ body: [UInt8]) -> ParkReason? {
        do throws(EnvelopeFault) {
            _ = try Envelope(parsing: body)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `the required attributes suffice`() throws {
        let envelope = try Envelope(parsing: body("", nil))
        #expect(envelope.id == "m1" && envelope.source == "/permits" && envelope.type == "id.nttmart.permits.permit-approved.v1")
        #expect(envelope.data["permitId"]?.string == "p1")
        #expect(envelope.subject == nil && envelope.sentAt == nil && envelope.regency == nil && envelope.sequence == nil)
        #expect(envelope.correlationId == nil && envelope.causationId == nil && envelope.traceparent == nil)
    }

    @Test(arguments: ["specversion", "id", "source", "type", "data"])
    func `a required attribute may not miss, be null, empty or of another kind`(name: String) {
        for value in [nil, "null", "\"\"", "7", "[]", "true"] { #expect(fault(body(name, value)) == .malformed, "\(value ?? "absent")") }
        if name == "data" { #expect(fault(body(name, "{}")) == nil) } else { #expect(fault(body(name, "{}")) == .malformed) }
    }

    @Test(arguments: ["subject", "time", "datacontenttype", "regency", "correlationid", "causationid", "traceparent", "sequence"])
    func `an optional attribute may be null, but not of another kind`(name: String) {
        #expect(fault(body(name, "null")) == nil)
        for value in ["7", "[]", "{}", "false", "\"\""] { #expect(fault(body(name, value)) == .malformed, "\(value)") }
    }

    @Test(arguments: [
        ("specversion", #""0.3""#), ("specversion", #""1""#), ("time", #""yesterday""#), ("time", #""2026-02-05""#),
        ("datacontenttype", #""text/plain""#),
        ("sequence", #""-1""#), ("sequence", #""12a""#), ("sequence", #""000000000000000000042""#),
        ("sequence", #""99999999999999999999""#),
        ("sequence", #""1.0""#), ("id", "\"\(String(repeating: "x", count: 1001))\""),
    ])
    func `an attribute of a wrong form is malformed`(name: String, value: String) { #expect(fault(body(name, value)) == .malformed) }

    @Test(arguments: [
        ("time", #""2026-02-05T10:00:00.123456+08:00""#), ("datacontenttype", #""application/json; charset=utf-8""#),
        ("datacontenttype", #""Application/JSON""#),
        ("subject", #""any text""#), ("regency", #""anything; judged with the data""#), ("unknown", #"{"a":[1]}"#), ("dataschema", "7"),
    ])
    func `an attribute of a right form, or an unknown one, is taken`(name: String, value: String) {
        #expect(fault(body(name, value)) == nil)
    }

    @Test(arguments: [("00000000000000000042", 42), ("42", 42), ("0", 0), ("09223372036854775807", .max)] as [(String, Int64)])
    func `a sequence is up to 20 digits`(digits: String, number: Int64) throws {
        #expect(try Envelope(parsing: body("sequence", "\"\(digits)\"")).sequence == number)
    }

    @Test(arguments: ["", "[]", "7", "not JSON", #"{"specversion":"1.0""#, #"{"id":"a","id":"b"}"#, "\u{FEFF}{}"])
    func `a body that is no JSON object is malformed`(text: String) { #expect(fault(Array(text.utf8)) == .malformed) }

    @Test func `data may be 31 levels deep below the envelope, not 32`() {
        func data(_ depth: Int) -> String { String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth) }
        #expect(fault(body("data", data(31))) == nil)
        #expect(fault(body("data", data(32))) == .malformed)
    }

    // MARK: Admission

    private func incoming(
        _ channel: Incoming.Channel = .events, key: String = "permits.permit-approved.53.06",
        contentType: String? = "application/cloudevents+json",
        size: Int? = nil
    ) -> Incoming {
        Incoming(channel: channel, routingKey: key, contentType: contentType, body: body("", nil), size: size)
    }

    private func admissionFault(_ incoming: Incoming) -> ParkReason? {
        do throws(EnvelopeFault) {
            _ = try Admission.envelope(of: incoming)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(arguments: [
        "application/cloudevents+json", "application/cloudevents+json; charset=utf-8", "application/cloudevents+json;charset=UTF-8",
        "Application/CloudEvents+JSON", "application/cloudevents+json; charset=\"utf-8\"",
        "application/cloudevents+json ;\tCHARSET = \"Utf-8\" ",
        "application/cloudevents+json; profile=\"x\"", "application/cloudevents+json; profile=x; charset=utf-8; q=1",
        "application/cloudevents+json;", "application/cloudevents+json; charsets=latin1",
    ])
    func `the content type may have its charset and any case`(contentType: String) {
        #expect(admissionFault(incoming(contentType: contentType)) == nil)
    }

    @Test(arguments: [
        nil, "", "application/json", "application/cloudevents", "application/cloudevents+jsonx", "application/cloudevents-batch+json",
        "text/plain", "application/cloudevents+json; charset=iso-8859-1", "application/cloudevents+json;charset=UTF-16",
        "application/cloudevents+json; charset=utf8", "application/cloudevents+json; charset=", "application/cloudevents+json; charset",
        "application/cloudevents+json; Charset=\"us-ascii\"", "application/cloudevents+json; charset='utf-8'",
        "application/cloudevents+json; charset=utf-8; charset=latin1", "application/cloudevents+json; profile=x ; charset=windows-1252",
    ])
    func `without the content type, or with another, a message is parked`(contentType: String?) {
        #expect(admissionFault(incoming(contentType: contentType)) == .contentType)
    }

    @Test func `commands end at 64 KiB and events at 1 MiB`() {
        #expect(admissionFault(incoming(.commands, size: 65_536)) == nil)
        #expect(admissionFault(incoming(.commands, size: 65_537)) == .oversize)
        #expect(admissionFault(incoming(.events, size: 1_048_576)) == nil)
        #expect(admissionFault(incoming(.events, size: 1_048_577)) == .oversize)
        #expect(admissionFault(incoming(.commands, contentType: nil, size: 65_537)) == .oversize)
    }

    @Test(
        arguments: [
            ("permits.permit-approved.53.06", "id.nttmart.permits.permit-approved.v1", nil),
            ("permits.anything", "id.nttmart.permits.permit-approved.v1", nil),
            ("permits", "id.nttmart.permits.permit-approved.v1", nil),
            ("catalog.permit-approved", "id.nttmart.permits.permit-approved.v1", .forged),
            ("permitsx.permit-approved", "id.nttmart.permits.permit-approved.v1", .forged),
            ("permit", "id.nttmart.permits.permit-approved.v1", .forged),
            ("", "id.nttmart.permits.permit-approved.v1", .forged), ("Permits.x", "id.nttmart.permits.permit-approved.v1", .forged),
            ("permits.events", "com.example.permits.v1", .unknownType), ("permits.x", "permits.permit-approved.v1", .unknownType),
            ("permits.x", "id.nttmart.", .forged),
        ] as [(String, String, ParkReason?)])
    func `the routing key's first word must be the type's service`(key: String, type: String, reason: ParkReason?) {
        let found: ParkReason?
        do throws(EnvelopeFault) {
            try Admission.checkRoute(incoming(key: key), type: type)
            found = nil
        } catch {
            found = error.reason
        }
        #expect(found == reason)
    }

    // MARK: Our own

    @Test func `what we write reads back, with every attribute of the contract`() throws {
        let header = EnvelopeHeader(
            id: "e1", source: "/permits", type: "id.nttmart.permits.permit-expired.v1", subject: "p1", time: "2026-02-05T02:00:00Z",
            regency: "53.06",
            correlationId: "c1", causationId: "m1", traceparent: "00-a-b-01", sequence: 42)
        let bytes = header.body { $0.object { $0.member("permitId", "p1") } }
        let root = try JSONDocument(parsing: bytes).root
        #expect(
            root.members.map(\.name) == [
                "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "regency", "correlationid", "causationid",
                "traceparent",
                "sequence", "data",
            ])
        #expect(root["sequence"]?.string == "00000000000000000042")
        let envelope = try Envelope(parsing: bytes)
        #expect(envelope.id == "e1" && envelope.subject == "p1" && envelope.regency == "53.06" && envelope.sequence == 42)
        #expect(envelope.correlationId == "c1" && envelope.causationId == "m1" && envelope.traceparent == "00-a-b-01")
    }

    @Test func `replies have no sequence, and facts without a regency none`() throws {
        let header = EnvelopeHeader(
            id: "e1", source: "/permits", type: ReplyData.type, subject: "p1", time: "2026-02-05T02:00:00Z", correlationId: "c1",
            causationId: "m1")
        let root = try JSONDocument(parsing: header.body { $0.object { _ in } }).root
        #expect(root["sequence"] == nil && root["regency"] == nil && root["traceparent"] == nil)
    }
}

/// Section 4 of the contract: where replies may go.
struct ContractsReplyDestinationTests {
    @Test(arguments: ["reply.till-1.x", "reply.client.a.b.c", "reply.a.", "reply..a"])
    func `a key of replies goes to its exchange, always`(replyTo: String) {
        for allowed in [true, false] { #expect(ReplyDestination(replyTo, queuesAllowed: allowed) == .exchange(routingKey: replyTo)) }
    }

    @Test(arguments: ["amq.gen-JzTY20BRgKO-HjmUJj0wLg", "amq.rabbitmq.reply-to.g1h2AA5yZXBseUA", "amq.rabbitmq.reply-to.x.y"])
    func `a queue of the broker's naming is written to only where that is allowed`(replyTo: String) {
        #expect(ReplyDestination(replyTo, queuesAllowed: true) == .queue(replyTo))
        #expect(ReplyDestination(replyTo, queuesAllowed: false) == nil)
    }

    @Test(arguments: [
        "", "reply", "reply.", "reply.client", "replies.client.x", "Reply.client.x", "permits.commands", "amq.rabbitmq.reply-to",
        "amq.topic", "amq.genx", "my-queue", "amq.rabbitmq.reply-to.", "amq.rabbitmq.reply-to.a b", "amq.rabbitmq.reply-to.a\u{7F}",
        "amq.rabbitmq.reply-to.\u{E4}",
        " reply.a.b",
    ])
    func `nobody else gets a reply`(replyTo: String) { #expect(ReplyDestination(replyTo, queuesAllowed: true) == nil) }

    @Test func `a key that AMQP could not carry gets none`() {
        let prefix = "reply.a."
        #expect(ReplyDestination(prefix + String(repeating: "x", count: 255 - prefix.count), queuesAllowed: true) != nil)
        #expect(ReplyDestination(prefix + String(repeating: "x", count: 256 - prefix.count), queuesAllowed: true) == nil)
    }
}
