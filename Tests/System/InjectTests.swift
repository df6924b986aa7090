import Contracts
import Foundation
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// `martctl inject`, and `tail` beside it, over real services and a real broker.
    @Suite struct InjectTests {
        private func run(_ arguments: [String], more: [String: String] = [:]) async throws -> Program {
            let environment = try await SharedMart.one.stack.clientEnvironment
            return try await Program.run("martctl", arguments, environment: environment.merging(more) { $1 })
        }

        private func inject(_ lines: [String], _ options: String...) async throws -> (Program, JSONValue) {
            let file = try TemporaryFolder("inject").file("messages.ndjson")
            try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: file)
            let program = try await run(["inject", file.path, "--json"] + options)
            return (program, try JSONDocument(parsing: Array(program.output.utf8)).root)
        }

        private static func seller(_ id: String, message: String? = nil, regency: String = "53.06") -> String {
            let messageId = message.map { #""id":"\#($0)","# } ?? ""
            return
                #"{"routingKey":"catalog.register-seller",\#(messageId)"data":{"sellerId":"\#(id)","name":"Ina \#(id)","regency":"\#(regency)"}}"#
        }

        @Test func `good lines are confirmed and answered, and the services have their effect`() async throws {
            let catalog = try await SharedMart.one.stack["catalog"]
            let envelope = #"""
                {"specversion":"1.0","id":"inject-envelope","source":"/harness","type":"id.nttmart.catalog.register-seller.v1",
                """#.replacingOccurrences(of: "\n", with: "") + #""data":{"sellerId":"inject-1","name":"Ina","regency":"53.06"}}"#
            let (program, report) = try await inject([envelope, "", envelope, Self.seller("inject-2")])
            #expect(program.exitCode == 0, "\(program.output)\(program.error)")
            #expect(report["lines"]?.int64 == 3 && report["confirmed"]?.int64 == 3 && report["answered"]?.int64 == 3)
            // The same message again gets its first reply.
            #expect(report["replies"]?.elements.map { "\($0.verdict)" } == ["accepted ok 3"])
            for seller in ["inject-1", "inject-2"] { #expect(try await catalog.get("/v1/sellers/\(seller)").status == 200) }
        }

        @Test func `bad, rejected and unroutable lines are counted, and those between go through`() async throws {
            let (program, report) = try await inject([
                "no JSON", Self.seller("inject-3"), Self.seller("inject-4", regency: "99.99"),
                #"{"exchange":"mart.commands","routingKey":"nobody.does-this","body":"x"}"#, Self.seller("inject-5"),
                #"{"exchange":"mart.commands","routingKey":"permits.x","body":"no JSON either"}"#,
            ])
            #expect(program.exitCode == 1)
            #expect(report["bad"]?.int64 == 1 && report["unroutable"]?.int64 == 1 && report["unanswered"]?.int64 == 0)
            #expect(report["replies"]?.elements.map { "\($0.verdict)" } == ["accepted ok 2", "rejected invalid 2"])
            #expect(report["troubles"]?.elements.map { $0["line"]?.int64 } == [1, 4])
            #expect(try await SharedMart.one.stack["catalog"].get("/v1/sellers/inject-5").status == 200)
        }

        @Test func `events reach those who consume them, and replies are written down`() async throws {
            let client = try await SharedMart.one.client
            let event = String(
                decoding: OutgoingMessage.event(SaleRecorded.of("inject-sale"), id: "inject-sale", source: "/till").body, as: UTF8.self)
            let replies = try TemporaryFolder("replies").file("replies.ndjson").path
            let (program, report) = try await inject([event, Self.seller("inject-6")], "--replies", replies)
            #expect(program.exitCode == 0, "\(program.output)\(program.error)")
            #expect(report["confirmed"]?.int64 == 2 && report["answered"]?.int64 == 1)
            #expect(try await SharedMart.one.stack["settlement"].outcome(of: "inject-sale") == "accepted")
            _ = try await client.events.first("it is settled") { $0.subject == "inject-sale" && $0.name == "settlement.settlement-posted" }
            let reply = try JSONDocument(parsing: Array(Data(contentsOf: URL(fileURLWithPath: replies)))).root
            #expect(reply["line"]?.int64 == 2 && reply["code"]?.string == "ok" && reply["reply"]?["data"]?["subject"]?.string == "inject-6")
        }

        @Test func `thousands of lines go through the window, at a rate if one is given`() async throws {
            let (program, report) = try await inject((1...5000).map { Self.seller("inject-many-\($0)") })
            #expect(program.exitCode == 0, "\(program.output)\(program.error)")
            #expect(report["answered"]?.int64 == 5000)
            let (_, slow) = try await inject((1...6).map { Self.seller("inject-slow-\($0)") }, "--rate", "20")
            #expect(slow["milliseconds"]?.int64 ?? 0 >= 250)
        }

        @Test func `a check sends nothing`() async throws {
            let (good, bad) = (Self.seller("inject-unsent"), "{}")
            let file = try TemporaryFolder("inject").file("messages.ndjson")
            try Data("\(good)\n\(bad)".utf8).write(to: file)
            let program = try await run(["inject", "--check", file.path])
            #expect(program.exitCode == 1 && program.output.contains("✗ line 2"), "\(program.output)")
            #expect(try await SharedMart.one.stack["catalog"].get("/v1/sellers/inject-unsent").status == 404)
        }

        @Test func `a file or broker that is not there is said in a line`() async throws {
            let missing = try await run(["inject", "/nowhere/messages.ndjson"])
            #expect(missing.exitCode == 64 && missing.error == "martctl: there is no file /nowhere/messages.ndjson\n")
            let file = try TemporaryFolder("inject").file("messages.ndjson")
            try Data(Self.seller("inject-nowhere").utf8).write(to: file)
            let nowhere = try await run(
                ["inject", file.path, "--connect-timeout", "0.2"], more: ["AMQP_URL": "amqp://guest:guest@127.0.0.1:\(freePort())/%2f"])
            #expect(nowhere.exitCode == 69 && nowhere.error.contains("the broker cannot be reached"), "\(nowhere.error)")
        }

        @Test func `tail shows what its conditions let through`() async throws {
            let stack = try await SharedMart.one.stack
            let listener = Task {
                try await run(["tail", "catalog.#", "--where", "name~tail-two", "--regency", "53.06", "--count", "1", "--json"])
            }
            // It shows only what is published while it runs, so it is told again until it has seen.
            var number = 0
            let seen = Task { try await listener.value }
            let done = Done()
            Task {
                _ = await seen.result
                await done.set()
            }
            while await !done.isSet {
                number += 1
                for word in ["one", "two"] {
                    let program = try await Program.run(
                        "martctl",
                        [
                            "send", "catalog.register-seller", "sellerId=tail-\(word)-\(number)", "name=tail-\(word)-\(number)",
                            "regency=53.06",
                        ], environment: stack.clientEnvironment)
                    #expect(program.exitCode == 0, "\(program.error)")
                }
                if number > 200 { break }
            }
            let tail = try await seen.value
            #expect(tail.exitCode == 0, "\(tail.error)")
            let event = try JSONDocument(parsing: Array(tail.output.utf8)).root
            #expect(event["data"]?["name"]?.string?.hasPrefix("tail-two-") == true)
            #expect(tail.output.split(separator: "\n").count == 1)
        }
    }
}

private actor Done {
    private(set) var isSet = false
    func set() { isSet = true }
}

extension JSONValue {
    /// `accepted ok 3`
    fileprivate var verdict: String { "\(self["status"]?.string ?? "") \(self["code"]?.string ?? "") \(self["count"]?.int64 ?? 0)" }
}
