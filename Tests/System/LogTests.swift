import Contracts
import Foundation
import Messaging
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// What a process writes about what it decides: a line each, found by the correlation id, and never what a body says.
@Suite(.serialized, .processes(minutes: 4))
struct LogTests {
    private static let phone = "+62 811-3880-4242"

    /// A line of the log as its fields.
    private struct Line {
        let level: String
        let message: String
        let fields: [String: String]

        init?(json: Substring) {
            guard let value = try? JSONDocument(parsing: Array(json.utf8)).root else { return nil }
            var all = value.members.reduce(into: [:]) { $0[$1.name] = $1.value.string ?? "" }
            level = all.removeValue(forKey: "level") ?? ""
            message = all.removeValue(forKey: "message") ?? ""
            fields = all
        }

        /// `2026-02-06T02:00:00Z WARNING catalog: message parked correlation.id=c reason=malformed`
        init?(text: Substring) {
            let words = text.split(separator: " ")
            guard words.count > 3 else { return nil }
            level = words[1].lowercased()
            message = words[3...].prefix { !$0.contains("=") }.joined(separator: " ")
            let first = words[3...].first { $0.contains("=") }
            fields = first.map { Self.fields(text[$0.startIndex...]) } ?? [:]
        }

        /// `key=word key="words in quotes"`
        private static func fields(_ text: Substring) -> [String: String] {
            var fields: [String: String] = [:]
            var rest = text
            while let equals = rest.firstIndex(of: "=") {
                let key = rest[..<equals]
                rest = rest[rest.index(after: equals)...]
                var isEscaped = false
                var quotes = 0
                let isQuoted = rest.first == "\""
                let value = rest.prefix { character in
                    if !isQuoted { return character != " " }
                    if quotes == 2 { return false }
                    if character == "\"", !isEscaped { quotes += 1 }
                    isEscaped = character == "\\" && !isEscaped
                    return true
                }
                rest = rest[value.endIndex...].drop { $0 == " " }
                fields[String(key)] = isQuoted ? (try? JSONDocument(parsing: Array(value.utf8)).root.string) ?? "?" : String(value)
            }
            return fields
        }
    }

    private func lines(_ service: ServiceProcess, _ format: String) throws -> [Line] {
        let log = try String(contentsOf: service.logFile, encoding: .utf8).split(separator: "\n")
        let lines = log.compactMap { format == "json" ? Line(json: $0) : Line(text: $0) }
        #expect(lines.count == log.count, "a line is no \(format): \(log)")
        return lines
    }

    private func seller(_ id: String, _ correlation: String, replyTo: String? = nil, phone: String = phone) -> OutgoingMessage {
        var message = OutgoingMessage.command(
            RegisterSeller.name, #"{"sellerId":"\#(id)","name":"Ibu Maria","regency":"53.06","phone":"\#(phone)"}"#, id: "m-\(correlation)",
            more: #","correlationid":"\#(correlation)""#)
        message.properties.replyTo = replyTo
        return message
    }

    @Test(arguments: [("text", "info"), ("json", "info"), ("json", "debug")])
    func `a decision is one line with its correlation id, and no body`(format: String, level: String) async throws {
        let stack = try await Stack.start(
            services: ["catalog"], environment: ["LOG_FORMAT": format, "LOG_LEVEL": level, "MART_NOW": "2026-02-06T02:00:00Z"])
        let client = try await MartClient.connect(to: stack.amqpURL)
        try await client.publish(seller("s1", "c-accepted"))
        try await client.publish(seller("s1", "c-rejected", phone: "0811-9999-4242"))
        try await client.publish(seller("s2", "c-unanswered", replyTo: "somebody's queue"))
        var parked = OutgoingMessage.raw(
            #"{"phone":"\#(Self.phone)" name="#, to: "catalog.register-seller", exchange: Topology.commands)
        parked.properties.correlationId = "c-parked"
        parked.properties.messageId = "two\nlines \"quoted\" code=ok"
        try await client.publish(parked)
        try await client.publish(seller("s3", "c-last", replyTo: "reply.test.last"))
        _ = try await client.replies.first("the last is answered") { $0.routingKey == "reply.test.last" }
        let service = stack["catalog"]
        try await expectEventually("the log is written") { try self.lines(service, format).contains { $0.message == "message parked" } }

        let all = try self.lines(service, format)
        func lines(of correlation: String) -> [Line] { all.filter { $0.fields["correlation.id"] == correlation } }
        let rejected = try #require(lines(of: "c-rejected").first)
        #expect(rejected.level == "info" && rejected.message == "command rejected")
        #expect(rejected.fields["code"] == "conflict")
        #expect(rejected.fields["message.id"] == "m-c-rejected")
        #expect(rejected.fields["message.type"] == RegisterSeller.name.type)
        #expect(rejected.fields["message.subject"] == "s1")
        #expect(lines(of: "c-rejected").count == 1)
        let unanswered = try #require(lines(of: "c-unanswered").first { $0.message.hasPrefix("no reply is sent") })
        #expect(unanswered.level == "notice" && unanswered.fields["message.id"] == "m-c-unanswered")
        let kept = try #require(lines(of: "c-parked").first)
        #expect(kept.level == "warning" && kept.message == "message parked" && kept.fields["reason"] == "malformed")
        let parkedId = try #require(kept.fields["parked.id"])
        #expect(try await service.json("/v1/parked/\(parkedId)")["reason"]?.string == "malformed")
        // What a stranger calls a message can neither begin a line nor pass for a field.
        #expect(kept.fields["code"] == nil)
        // Routine is told by /v1/messages; the log has it where it is asked for.
        #expect(lines(of: "c-accepted").map(\.message) == (level == "debug" ? ["message accepted"] : []))
        #expect(all.contains { $0.message == "started" } && all.contains { $0.message == "connected" })

        try await stack.stop()
        #expect(try self.lines(service, format).contains { $0.message == "stopped" && $0.fields["exit.code"] == "0" })
        let text = try String(contentsOf: service.logFile, encoding: .utf8)
        for secret in ["4242", "3880", "Ibu Maria", "guest:guest"] { #expect(!text.contains(secret), "\(secret)") }
        await client.close()
    }

    @Test func `what the clock brings is a line with its day`() async throws {
        let stack = try await Stack.start(services: ["catalog"], environment: ["LOG_FORMAT": "json", "MART_NOW": "2026-02-06T02:00:00Z"])
        let client = try await MartClient.connect(to: stack.amqpURL)
        try await client.openMart("53.06", on: "2026-02-07")
        let service = stack["catalog"]
        #expect(try await service.terminate() == 0)
        // A second before midnight, so that there is the rest of a day to be lived through, however slow the machine.
        try await service.restart(environment: ["MART_NOW": "2026-02-06T15:59:59Z"])
        try await expectEventually("the mart opens") {
            try self.lines(service, "json").contains {
                $0.message == "the clock brought events" && $0.fields["correlation.id"] == "clock:2026-02-07" && $0.fields["events"] == "1"
            }
        }
        await client.close()
        try await stack.stop()
    }
}
