import Messaging
import RabbitMQ
import StrictJSON
import Testing

@testable import MartctlKit

/// What a line of a file for `inject` means.
struct InjectLineTests {
    private func line(_ text: String) throws -> InjectLine { try InjectLine(Array(text.utf8)) { "made-id" } }

    @Test func `an envelope goes out byte by byte to where its type belongs`() throws {
        let text =
            #"{"specversion":"1.0", "id":"m1","source":"/till","type":"id.nttmart.consignment.record-sale.v1","data":{"saleId":"s"}}"#
        let line = try line(text)
        #expect(line.isCommand)
        #expect(line.message.exchange == "mart.commands" && line.message.routingKey == "consignment.record-sale")
        #expect(line.message.body == Array(text.utf8))
        #expect(line.message.properties.messageId == "m1" && line.message.properties.correlationId == "m1")
        #expect(line.message.mandatory && line.message.properties.deliveryMode == 2)
    }

    @Test(arguments: [#""regency":"53.06","data":{}"#, #""data":{"regency":"53.06"}"#])
    func `an event's routing key ends with its regency`(rest: String) throws {
        let line = try line(#"{"specversion":"1.0","id":"e","source":"/x","type":"id.nttmart.permits.permit-approved.v1",\#(rest)}"#)
        #expect(!line.isCommand)
        #expect(line.message.exchange == "mart.events" && line.message.routingKey == "permits.permit-approved.53.06")
    }

    @Test func `around data an envelope is made`() throws {
        let line = try line(
            #"{"routingKey":"catalog.open-mart","regency":"53.06","correlationid":"c","subject":"s","data":{"name":"x"}}"#)
        let envelope = try Looks.json(String(decoding: line.message.body, as: UTF8.self))
        #expect(envelope["type"]?.string == "id.nttmart.catalog.open-mart.v1")
        #expect(envelope["id"]?.string == "made-id" && envelope["source"]?.string == "/martctl")
        #expect(envelope["regency"]?.string == "53.06" && envelope["subject"]?.string == "s")
        #expect(envelope["data"]?["name"]?.string == "x")
        #expect(line.message.properties.correlationId == "c")
        #expect(line.message.exchange == "mart.commands" && line.message.routingKey == "catalog.open-mart")
    }

    @Test func `a made event goes to its exchange, with its regency in the key`() throws {
        let line = try line(
            #"{"routingKey":"permits.permit-approved","id":"e1","source":"/permits","sequence":"7","regency":"53.06","data":{}}"#)
        #expect(line.message.exchange == "mart.events" && line.message.routingKey == "permits.permit-approved.53.06")
        let envelope = try Looks.json(String(decoding: line.message.body, as: UTF8.self))
        #expect(envelope["id"]?.string == "e1" && envelope["source"]?.string == "/permits" && envelope["sequence"]?.string == "7")
    }

    @Test func `a body goes out as it is`() throws {
        let text = try line(#"{"exchange":"mart.commands","routingKey":"catalog.x","contentType":"text/plain","body":"no \"JSON\""}"#)
        #expect(text.message.body == Array("no \"JSON\"".utf8))
        #expect(text.message.properties.contentType == "text/plain" && text.isCommand)
        let json = try line(#"{"exchange":"elsewhere","routingKey":"k","body":{"a": 1}}"#)
        #expect(json.message.body == Array(#"{"a": 1}"#.utf8) && !json.isCommand)
    }

    @Test func `what does not fit into a property is left out of it`() throws {
        let long = String(repeating: "x", count: 300)
        let line = try line(#"{"routingKey":"catalog.open-mart","id":"\#(long)","data":{}}"#)
        #expect(line.message.properties.messageId == nil && line.message.properties.correlationId == nil)
    }

    @Test(arguments: [
        "no JSON", "[1]", "{}", #"{"routingKey":"catalog.open-mart"}"#, #"{"specversion":"1.0","id":"x"}"#,
        #"{"specversion":"1.0","type":"id.nttmart.catalog.never-heard-of.v1","data":{}}"#, #"{"routingKey":"catalog.nothing","data":{}}"#,
        #"{"routingKey":"catalog","data":{}}"#, #"{"routingKey":"..","data":{}}"#, #"{"body":"x","routingKey":"k"}"#,
        #"{"routingKey":"catalog.open-mart","routingKey":"x","data":{}}"#,
    ])
    func `what is no message is a fault`(text: String) { #expect(throws: InjectLine.Fault.self) { try line(text) } }
}
