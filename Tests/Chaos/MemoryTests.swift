import Foundation
import GRDB
import RabbitMQ
import TestSupport
import Testing

/// What a service holds follows from bytes, not from how many messages they are: a backlog of large ones must not end it.
///
/// `MEMORY_SCALE` makes the backlogs so many times larger, up to what killed a service under a limit of 256 MB again and again.
@Suite(.serialized)
struct MemoryTests {
    private static let scale = ProcessInfo.processInfo.environment["MEMORY_SCALE"].flatMap { Int($0) } ?? 1
    /// An idle service takes some 45 MB, what is in hand 32 MB, and the rest is for working on it.
    private static let bound = 160 << 20

    struct Backlog: Sendable, CustomTestStringConvertible {
        let name: String
        let service: String
        var count: Int
        /// What shows in the store that they are all handled.
        let done: String
        var isDiskFull = false
        let message: @Sendable (Int) -> OutgoingMessage

        var testDescription: String { name }
    }

    private static let postings = "SELECT count(*) FROM posting"

    static let backlogs = [
        Backlog(name: "events of 1 MB", service: "settlement", count: 150 * scale, done: postings) { sale($0, padding: 1_000_000) },
        Backlog(name: "events of 1 MB while the disk is full", service: "settlement", count: 150 * scale, done: postings, isDiskFull: true)
        {
            sale($0, padding: 1_000_000)
        },
        Backlog(name: "commands of 64 kB", service: "catalog", count: 600 * scale, done: "SELECT count(*) FROM seller") {
            register($0, padding: 64_000)
        },
        Backlog(
            name: "commands and events that are far too large", service: "settlement", count: 12 * scale,
            done: "SELECT count(*) FROM parked"
        ) { number in
            number.isMultiple(of: 2) ? sale(number, padding: 15_000_000) : command("settlement.replay-parked", number, padding: 15_000_000)
        },
        Backlog(name: "events with large headers", service: "settlement", count: 300 * scale, done: postings) { number in
            var message = sale(number, padding: 0)
            message.properties.headers["list"] = .array(Array(repeating: .null, count: 100_000))
            return message
        },
    ]

    @Test(.processes(minutes: 20), arguments: backlogs)
    func `a backlog is worked off within bounds`(of backlog: Backlog) async throws {
        let place = try await TestBroker.patient.makeVirtualHost()
        let folder = try TemporaryFolder("memory")
        let disk = try await FaultyDisk(folder, of: backlog.service)
        let service = try ServiceProcess(
            backlog.service, amqpURL: place.url, folder: folder, environment: disk.environment.filter { $0.key != "STORE_UNDO" })
        try await service.waitUntilReady()
        // Killed, as the one was whose memory did not suffice.
        try await service.kill()
        let flood = try await Flood.connect(to: place.url)
        for start in stride(from: 0, to: backlog.count, by: 20) {
            try await flood.publish((start..<min(backlog.count, start + 20)).map(backlog.message))
        }
        await flood.close()
        try await service.restart()
        if backlog.isDiskFull {
            try await expectEventually("it has opened its store") { try await service.get("/livez").status == 200 }
            try disk.set(.full)
            try await expectEventually("its store fails") {
                String(decoding: try await service.get("/readyz").body, as: UTF8.self).contains("store-failing")
            }
            // As long as it takes for whatever would come in to come in.
            try await Task.sleep(for: .seconds(3))
            try disk.set(.none)
        }
        let path = service.dataFolder.appendingPathComponent("\(service.name).sqlite").path
        try await expectEventually("all are handled", timeout: .seconds(600)) {
            if let code = await service.exitCode { throw SupportError("it ended with \(code)") }
            let store = try DatabaseQueue(path: path, configuration: .reading)
            return try await store.read { try Int.fetchOne($0, sql: backlog.done) ?? 0 } >= backlog.count
        }
        let peak = try await Self.peak(of: service)
        #expect(peak < Self.bound, "\(backlog.name): \(backlog.count) took \(peak >> 20) MB")
        #expect(try await service.terminate() == 0)
    }

    /// The most it ever had in memory. Bytes.
    private static func peak(of service: ServiceProcess) async throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(await service.pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) << 10
    }

    // MARK: Messages

    private static func sale(_ number: Int, padding: Int) -> OutgoingMessage {
        var message = Flood.sale(number)
        message.body = padded(message.body, by: padding)
        return message
    }

    private static func register(_ number: Int, padding: Int) -> OutgoingMessage {
        command("catalog.register-seller", number, #"{"sellerId":"s\#(number)","name":"Seller","regency":"53.06"}"#, padding: padding - 500)
    }

    private static func command(_ name: String, _ number: Int, _ data: String = "{}", padding: Int) -> OutgoingMessage {
        let body =
            #"{"specversion":"1.0","id":"m-\#(number)","source":"/till","type":"id.nttmart.\#(name).v1","#
            + #""time":"2026-02-06T02:00:00Z","data":\#(data)}"#
        return OutgoingMessage(
            exchange: "mart.commands", routingKey: name, body: padded(Array(body.utf8), by: padding),
            properties: MessageProperties(contentType: "application/cloudevents+json", messageId: "m-\(number)", deliveryMode: 2))
    }

    /// With a member that nobody knows.
    private static func padded(_ body: [UInt8], by count: Int) -> [UInt8] {
        Array(#"{"padding":""#.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: count) + Array(#"","#.utf8) + body.dropFirst()
    }
}
