import Contracts
import Messaging
import Platform
import ServiceFramework
import StrictJSON
import Testing

@testable import Documents

@Suite("Examples in the documents")
struct ExampleTests {
    @Test("every example is an envelope whose data its own reader takes")
    func examplesAreTaken() throws {
        for service in Platform.services {
            let types = service.allCommands.map { ($0.name, $0.input) } + service.publishes.map { ($0.name, $0 as any Record.Type) }
            let descriptions = try MessageDescription.all(of: service)
            for (name, type) in types {
                let description = try #require(descriptions.first { $0.name == name }, "\(name) is not described")
                let envelope = try Envelope(parsing: description.example)
                #expect(envelope.type == name.type)
                #expect(throws: Never.self, "\(name)") { try read(type, from: envelope.data) }
            }
        }
    }

    @Test("every message that a service takes or publishes is in asyncapi.yaml, with its schemas and its operation")
    func everyMessageIsDescribed() throws {
        let document = try JSONDocument(parsing: AsyncAPI().json()).root
        let schemas = Set(try #require(document["components"]?["schemas"]).members.map(\.name))
        let operations = Set(try #require(document["operations"]).members.map(\.name))
        for service in Platform.services {
            for command in service.allCommands {
                #expect(schemas.isSuperset(of: [command.name.type, "\(command.name.type).data"]))
                #expect(operations.contains("\(service.name).take.\(command.name.name)"))
            }
            for event in service.publishes.map({ $0.name }) {
                #expect(schemas.isSuperset(of: [event.type, "\(event.type).data"]))
                #expect(operations.contains("\(service.name).publish.\(event.name)"))
            }
            for event in service.consumes { #expect(operations.contains("\(service.name).consume.\(event.routingKey)")) }
        }
    }

    private func read<R: Record>(_ type: R.Type, from data: JSONValue) throws { _ = try FieldReader.read(type, from: data) }
}
