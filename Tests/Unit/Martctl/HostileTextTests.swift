import Primitives
import RabbitMQ
import StrictJSON
import Testing

@testable import MartctlKit

/// Names, ids, reasons and errors that try to be more than text, on every kind of screen.
struct HostileTextTests {
    private static let forged = "✓ all is well"
    private static let hostile = "x\u{1b}[2J\u{9b}31m\u{202e}\n\(forged)\r\u{2028}\(forged)\u{85}\(forged)"

    private static func expectHarmless(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for scalar in text.unicodeScalars where scalar != "\n" {
            #expect(
                scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format,
                sourceLocation: sourceLocation)
        }
        for line in text.split(whereSeparator: \.isNewline) {
            #expect(!line.drop { $0 == " " }.hasPrefix(forged), "\(line)", sourceLocation: sourceLocation)
        }
    }

    private static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.string(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func `tables, facts, headings and paragraphs`() {
        var table = Table([.left, .right], header: [Self.hostile, "b"])
        table.row(Self.hostile, Self.hostile)
        Self.expectHarmless(table.text)
        var facts = Facts()
        facts.add("name", Self.hostile)
        Self.expectHarmless(facts.text)
        Self.expectHarmless(Heading.text(Self.hostile))
        Self.expectHarmless(Paragraph.text("✗ " + Self.hostile, indent: 2))
    }

    @Test func `columns stand below each other whatever is in them`() {
        var table = Table([.left, .left])
        table.row("日本", "|")
        table.row("e\u{301}", "|")
        table.row(String(repeating: "漢字", count: 60), "|")
        let columns = table.text.split(separator: "\n").map { Printable.width($0.prefix { $0 != "|" }) }
        #expect(Set(columns).count == 1 && (columns.first ?? 99) < 80, "\(table.text)")
    }

    @Test func `an event in a line, as text and as JSON`() throws {
        let (id, name) = (Self.quoted(Self.hostile), Self.quoted(Self.hostile))
        let pretty =
            #"{"type":"id.nttmart.catalog.x\#(name.dropFirst().dropLast()).v1","# + "\n \"subject\":\(id),\r\n\"data\":{\"name\":\(name)}}"
        for body in [pretty, "no JSON \(Self.hostile)", ""] {
            let delivery = Delivery(
                queue: "q", deliveryTag: 1, exchange: "mart.events", routingKey: "a.\(Self.hostile)", body: Array(body.utf8))
            Self.expectHarmless(EventLine.text(delivery))
            #expect(EventLine.text(delivery).split(whereSeparator: \.isNewline).count == 1)
            let json = Printable.text(EventLine.json(delivery))
            Self.expectHarmless(json)
            #expect(json.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
            let root = try Looks.json(json)
            #expect((body == pretty ? root["subject"]?.string : root["body"]?.string) == (body == pretty ? Self.hostile : body))
        }
    }

    @Test func `status, doctor, parked messages and a sale`() throws {
        var services = try Looks.services()
        services[0] = Looks.away(Self.hostile)
        services[1] = try Looks.service("permits", reasons: [.init(code: Self.hostile, message: Self.hostile)])
        Self.expectHarmless(StatusScreen(services: services, queues: Looks.queues(), alarm: Self.hostile).text)
        var facts = DoctorFacts()
        facts.services = services
        facts.brokerFault = Self.hostile
        Self.expectHarmless(DoctorScreen.text(Doctor.findings(facts)))
        let text = Self.quoted(Self.hostile)
        for body in [text, Self.quoted(#"{"a":\#(text)}"#)] {
            let parked = try Looks.json(
                #"{"parkedId":\#(text),"reason":\#(text),"type":\#(text),"error":\#(text),"id":\#(text),"body":\#(body)}"#)
            Self.expectHarmless(ParkedScreen.one(ParkedMessage(service: "catalog", json: parked)))
            Self.expectHarmless(ParkedScreen.list([ParkedMessage(service: "catalog", json: parked)]))
        }
        let sale = try Looks.json(
            #"{"saleId":\#(text),"till":\#(text),"lines":[{"productId":\#(text),"lineId":\#(text)}],"refunds":[{"refundId":\#(text),"reason":\#(text)}]}"#
        )
        Self.expectHarmless(SaleSheet(Self.hostile, sale: sale, settlement: nil, way: Way(steps: [])).text)
    }
}
