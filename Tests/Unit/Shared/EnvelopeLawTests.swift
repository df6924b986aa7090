import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

extension Choices {
    /// A text of anything that may stand in an attribute: quotes, control characters, other scripts.
    fileprivate mutating func text(_ length: ClosedRange<Int>) -> String {
        let scalars: [ClosedRange<Int64>] = [
            97...122, 32...126, 1...31, 128...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x1_0000...0x10_FFFF,
        ]
        var text = String.UnicodeScalarView()
        for scalar in array(length, { $0.number(in: $0.pick(scalars)) }) { text.append(Unicode.Scalar(UInt32(scalar)) ?? "?") }
        return String(text)
    }

    fileprivate mutating func maybe<T>(_ value: (inout Choices) -> T) -> T? { chance(1, in: 2) ? value(&self) : nil }

    fileprivate mutating func header() -> EnvelopeHeader {
        let hexadecimal = Array("0123456789abcdef")
        func digits(_ count: Int, _ choices: inout Choices) -> String { String((0..<count).map { _ in choices.pick(hexadecimal) }) }
        return EnvelopeHeader(
            id: text(1...40), source: text(1...20), type: text(1...40), subject: text(0...20),
            time: Instant(milliseconds: number(in: -62_135_596_800_000...253_402_300_799_999)).description,
            regency: maybe { $0.text(1...5) },
            correlationId: text(0...40), causationId: text(0...40),
            traceparent: maybe { "00-1\(digits(31, &$0))-1\(digits(15, &$0))-01" }, sequence: maybe { $0.amount(upTo: .max) })
    }

    /// A JSON value of any form, with `depth` levels left.
    fileprivate mutating func value(_ json: inout JSONWriter, depth: Int) {
        switch below(depth > 0 ? 6 : 4) {
        case 0: json.int(number(in: -Rupiah.maximum.amount...Rupiah.maximum.amount))
        case 1: json.bool(chance(1, in: 2))
        case 2: json.null()
        case 3: json.string(text(0...8))
        case 4: object(&json, depth: depth - 1)
        default:
            json.beginArray()
            _ = array(0...3) { $0.value(&json, depth: depth - 1) }
            json.endArray()
        }
    }

    fileprivate mutating func object(_ json: inout JSONWriter, depth: Int) {
        json.beginObject()
        var number = 0
        _ = array(0...4) { choices in
            number += 1
            json.key(named: "\(choices.text(0...4))\(number)")
            choices.value(&json, depth: depth)
        }
        json.endObject()
    }
}

@Suite("Laws of the envelope")
struct EnvelopeLawTests {
    @Test("what was written is read, whatever it says")
    func roundTrip() {
        func envelope(_ choices: inout Choices) -> (header: EnvelopeHeader, data: [UInt8]) {
            var json = JSONWriter()
            let header = choices.header()
            choices.object(&json, depth: 3)
            return (header, json.bytes)
        }
        let broken = Law.broken(seed: 6007, of: envelope) { header, data in
            let read = try Envelope(parsing: header.body { $0.raw(data) })
            func written(_ text: String) -> String? { text.isEmpty ? nil : text }
            let isSame =
                read.id == header.id && read.source == header.source && read.type == header.type && read.subject == written(header.subject)
                && read.sentAt?.description == header.time && read.regency == header.regency
                && read.correlationId == written(header.correlationId)
                && read.causationId == written(header.causationId) && read.traceparent == header.traceparent
                && read.sequence == header.sequence
            if !isSame { return "\(header) is read as \(read)" }
            return Array(read.data.rawBytes) == data ? nil : "the data is read as \(String(decoding: read.data.rawBytes, as: UTF8.self))"
        }
        #expect(broken == nil)
    }

    /// A message of the contract that was changed in places, or bytes of no meaning.
    private static func bytes(_ choices: inout Choices) -> [UInt8] {
        if choices.chance(1, in: 4) { return choices.array(0...200) { UInt8($0.below(256)) } }
        let sample = choices.pick(Samples.all)
        let type = "id.nttmart.\(sample.description).v1"
        var body = Array(#"{"specversion":"1.0","id":"m-1","source":"/x","type":"\#(type)","data":\#(sample.full)}"#.utf8)
        let hostile = Array(#"{}[]",:\0-1e.+tfn/ "#.utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for _ in 0..<1 + choices.below(6) where !body.isEmpty {
            let place = choices.below(body.count)
            switch choices.below(5) {
            case 0: body[place] = choices.pick(hostile)
            case 1: body.insert(choices.pick(hostile), at: place)
            case 2: body.remove(at: place)
            case 3: body.removeSubrange(place...)
            default:
                body.insert(contentsOf: body[place..<min(body.count, place + 1 + choices.below(40))], at: choices.below(body.count + 1))
            }
        }
        return body
    }

    @Test("arbitrary bytes are read or refused, and never crash anything")
    func arbitraryBytes() {
        let readers = Dictionary(
            Samples.all.map { ("id.nttmart.\($0.description).v1", $0.rewrite) }, uniquingKeysWith: { first, _ in first })
        let broken = Law.broken(seed: 6008, of: Self.bytes) { bytes in
            guard let envelope = try? Envelope(parsing: bytes) else { return nil }
            // What is read once is read again, to the same.
            guard let data = try? readers[envelope.type]?(envelope.data) else { return nil }
            let again = try readers[envelope.type]?(JSONDocument(parsing: data).root)
            return again == data ? nil : "is rewritten to \(String(decoding: data, as: UTF8.self)), and that to something else"
        }
        #expect(broken == nil)
    }

    @Test("a service answers or parks arbitrary bytes, and goes on")
    func arbitraryMessages() throws {
        let harness = try ServiceHarness(BoxService.definition())
        var cases = 0
        func message(_ choices: inout Choices) -> (body: [UInt8], routingKey: String, isCommand: Bool) {
            (Self.bytes(&choices), choices.pick(["box.put", "box.#", "", "mart.open"]), choices.chance(1, in: 2))
        }
        let broken = Law.broken(seed: 6009, of: message) { bytes, routingKey, isCommand in
            cases += 1
            try harness.process([Incoming(channel: isCommand ? .commands : .events, routingKey: routingKey, body: bytes)])
            return nil
        }
        #expect(broken == nil)
        let known = try harness.number(
            "SELECT (SELECT count(*) FROM inbox) + (SELECT count(DISTINCT sha256 || channel || routingKey) FROM parked)")
        #expect(known > 100)
    }
}
