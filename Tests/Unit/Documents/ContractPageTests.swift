import Contracts
import Foundation
import Messaging
import Platform
import Primitives
import ServiceFramework
import StrictJSON
import Testing

/// The contract is written by people; what it says of names must be what the code says.
@Suite("The pages of the wire contract")
struct ContractPageTests {
    private static let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs").standardizedFileURL

    private static func page(_ name: String) throws -> String {
        try String(contentsOf: docs.appending(path: name), encoding: .utf8)
    }

    private static func pages() throws -> String { try page("contract.md") + page("contract-trade.md") }

    @Test("name every command, event and path of every service")
    func names() throws {
        let text = try Self.pages()
        for service in Platform.services {
            for name in service.allCommands.map(\.name) + service.publishes.map({ $0.name }) {
                let isNamed = text.contains(name.name)
                #expect(isNamed, "\(name) is not in the contract")
            }
            for route in service.reads {
                let isNamed = text.contains(route.path)
                #expect(isNamed, "\(service.name) \(route.path) is not in the contract")
            }
        }
    }

    @Test("list every code, reason, flag, kind, and who decides on it, as the code has them")
    func words() throws {
        let text = try Self.pages()
        let words =
            ReplyCode.allCases.map(\.rawValue) + ParkReason.allCases.map(\.rawValue) + SaleFlag.allCases.map(\.rawValue)
            + PermitKind.allCases.map(\.rawValue) + Agency.allCases.map(\.rawValue) + HoldReason.allCases.map(\.rawValue)
            + CommunityKind.allCases.map(\.rawValue) + ProductKind.allCases.map(\.rawValue) + Regency.all.map(\.code).prefix(1)
        for word in words {
            let isListed = text.contains("`\(word)`")
            #expect(isListed, "`\(word)` is not in the contract")
        }
        // In the order in which they are judged, where they are judged after one another.
        let judged = ReplyCode.allCases.drop { $0 != .notFound }.map { "`\($0.rawValue)`" }
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("`not-found`, `mart-not-open`") })
        var rest = line[...]
        for code in judged {
            let range = try #require(rest.firstRange(of: code), "\(code) is out of order")
            rest = rest[range.upperBound...]
        }
    }

    @Test("keep their numbers: comments point to sections", arguments: ["contract.md", "contract-trade.md"])
    func sections(name: String) throws {
        let numbers = try Self.page(name).split(separator: "\n").filter { $0.hasPrefix("## ") }.map { $0.dropFirst(3).prefix { $0 != "." } }
        #expect(numbers.compactMap { Int($0) } == (name == "contract.md" ? Array(1...11) : [12, 13]))
    }

    @Test("show messages that the services take")
    func examples() throws {
        var count = 0
        for block in try Self.pages().components(separatedBy: "```json\n").dropFirst() {
            let text = block.components(separatedBy: "```")[0]
            let document = try JSONDocument(parsing: Array(text.utf8)).root
            guard document["specversion"] != nil else { continue }
            let envelope = try Envelope(parsing: Array(text.utf8))
            let known = Platform.services.flatMap { service in
                service.allCommands.map { ($0.name.type, $0.input) } + service.publishes.map { ($0.name.type, $0 as any Record.Type) }
            }
            let input = try #require(known.first { $0.0 == envelope.type }?.1, "nobody knows \(envelope.type)")
            #expect(throws: Never.self, "\(envelope.type)") { try Self.read(input, from: envelope.data) }
            count += 1
        }
        #expect(count == 4)
    }

    private static func read<R: Record>(_ type: R.Type, from data: JSONValue) throws { _ = try FieldReader.read(type, from: data) }
}
