import Foundation
import GRDB
import RabbitMQ
import TestSupport
import Testing

/// A long time, in short: what a service holds must not grow with what it has done. Small in the suite; `make soak` runs the large one.
@Suite(.serialized)
struct SoakTests {
    private static func number(_ variable: String, _ otherwise: Int) -> Int {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? otherwise
    }

    @Test(.processes(minutes: 120))
    func `memory, descriptors and WAL stay flat over many messages and reconnects`() async throws {
        let (messages, reconnects) = (Self.number("SOAK_MESSAGES", 3_000), Self.number("SOAK_RECONNECTS", 10))
        let broker = try await TestBroker.breakable
        let place = try await broker.makeVirtualHost()
        let proxy = try FaultProxy(to: broker.port)
        let settlement = try ServiceProcess("settlement", amqpURL: proxy.url(of: place), folder: TemporaryFolder("soak"))
        try await settlement.waitUntilReady()
        let flood = try await Flood.connect(to: place.url)

        var usages: [Usage] = []
        let rounds = max(reconnects, 10)
        for round in 0..<rounds {
            try await flood.publish((messages * round / rounds..<messages * (round + 1) / rounds).map(Flood.sale))
            // Within the load, where there is most to be lost and most to be held.
            if round < reconnects { proxy.reset() }
            if round % max(1, rounds / 10) == rounds / 10 - 1 || rounds == 10 {
                try await settlement.settled(messages * (round + 1) / rounds)
                usages.append(try await Usage(of: settlement))
            }
        }
        try await settlement.settled(messages)
        usages.append(try await Usage(of: settlement))
        // The first fifth is for warming up.
        let (first, last) = (usages[max(1, usages.count / 5)], usages[usages.count - 1])
        let report = "\(messages) messages, \(reconnects) reconnects: \(usages.map(\.description).joined(separator: " → "))"
        #expect(last.memory < first.memory + 64 << 20, "resident memory grows: \(report)")
        #expect(last.descriptors <= first.descriptors + 4, "descriptors grow: \(report)")
        #expect(usages.allSatisfy { $0.wal < 64 << 20 }, "the WAL grows: \(report)")
        await flood.close()
        #expect(try await settlement.terminate() == 0)
        proxy.close()
        let store = try DatabaseQueue(path: settlement.dataFolder.appendingPathComponent("settlement.sqlite").path)
        #expect(try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM posting") } == messages)
        #expect(try await store.read { try Int.fetchOne($0, sql: "SELECT sum(amount) FROM entry") } == 0)
        Self.tell(report)
    }

    @Test(.processes(minutes: 120))
    func `a long backlog in the outbox drains in bounded memory`() async throws {
        let rows = Self.number("SOAK_BACKLOG", 10_000)
        let broker = try await TestBroker.patient
        let place = try await broker.makeVirtualHost()
        let consignment = try ServiceProcess("consignment", amqpURL: place.url, folder: TemporaryFolder("backlog"))
        try await consignment.waitUntilReady()
        #expect(try await consignment.terminate() == 0)
        try Self.fill(consignment.dataFolder.appendingPathComponent("consignment.sqlite").path, rows: rows)

        try await consignment.restart()
        var peak = 0
        try await eventually("\(rows) events have left", timeout: .seconds(3600)) { () -> Bool? in
            peak = max(peak, try await Usage(of: consignment).memory)
            let (_, body) = try await consignment.get("/v1/status")
            return String(decoding: body, as: UTF8.self).contains(#""outboxPending":0"#) ? true : nil
        }
        #expect(peak < 256 << 20, "\(rows) rows took \(peak >> 20) MB")
        let waiting = try SetupChannel.run(on: RabbitMQConfiguration(url: place.url)) {
            try $0.declareQueue("settlement.events", passive: true).messageCount
        }
        #expect(waiting == rows)
        #expect(try await consignment.terminate() == 0)
        Self.tell("a backlog of \(rows) rows drained within \(peak >> 20) MB")
    }

    /// Events that were committed while the broker was away for a very long time.
    private static func fill(_ path: String, rows: Int) throws {
        let store = try DatabaseQueue(path: path)
        try store.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
                    INSERT INTO outbox (position, routingKey, messageId, type, correlationId, cause, body)
                    SELECT n, 'consignment.sale-recorded.53.06', 'soak-' || n, 'id.nttmart.consignment.sale-recorded.v1', 'soak', 0,
                        CAST(printf('{"specversion":"1.0","id":"soak-%d","source":"/consignment",', n)
                            || printf('"type":"id.nttmart.consignment.sale-recorded.v1","sequence":"%020d","data":{"pad":"%0400d"}}', n, n) AS BLOB)
                    FROM number
                    """, arguments: [rows])
        }
        try store.close()
    }

    /// Into a file, for whoever asked for it.
    private static func tell(_ line: String) {
        guard let path = ProcessInfo.processInfo.environment["SOAK_REPORT"] else { return }
        let before = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        try? (before + line + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
}

/// What a process holds, in bytes and in number.
private struct Usage: CustomStringConvertible {
    let memory: Int
    let descriptors: Int
    let wal: Int

    init(of service: ServiceProcess) async throws {
        let pid = await service.pid
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        memory = (Int(line.filter(\.isNumber)) ?? 0) << 10
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
        let file = service.dataFolder.appendingPathComponent("\(service.name).sqlite-wal").path
        wal = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    }

    var description: String { "\(memory >> 20) MB, \(descriptors) fds, WAL \(wal >> 20) MB" }
}

extension ServiceProcess {
    /// Waits until so many sales are posted.
    fileprivate nonisolated func settled(_ count: Int) async throws {
        let path = dataFolder.appendingPathComponent("settlement.sqlite").path
        try await expectEventually("\(count) sales are settled", timeout: .seconds(1800)) {
            let store = try DatabaseQueue(path: path, configuration: .reading)
            return try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM posting") ?? 0 } >= count
        }
    }
}
