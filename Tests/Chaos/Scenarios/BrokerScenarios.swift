import Foundation
import TestSupport

/// The broker dies, freezes, fills up or loses what it had. On a node whose heartbeat is 2 s.
extension Scenario {
    /// Two heartbeats and a second, from when the broker takes connections.
    private static let soon = Duration.seconds(5)

    private static func broker(
        _ name: String, isQuick: Bool = false, watches: Bool = true, deaths: [String: [Int32]] = [:], recovery: Duration? = soon,
        repeats: Bool = false,
        _ fault: @escaping @Sendable (Mart) async throws -> Void
    ) -> Scenario {
        Scenario(
            name: name, isQuick: isQuick, node: .breakable, watches: watches, deaths: deaths, repeats: repeats, recoveryLimit: recovery,
            // Quorum queues that were declared just before a kill can come back without their state (platform facts).
            settles: .seconds(2)
        ) { mart in
            try await mart.answeredMore(60)
            try await fault(mart)
        }
    }

    private static let allKilled: [String: [Int32]] = Mart.services.reduce(into: [:]) { $0[$1] = [137] }

    static let brokers: [Scenario] = [
        broker("broker killed", isQuick: true) { mart in
            try await mart.broker.kill()
            try await mart.readsGoOn()
            try await mart.broker.restart()
        },
        broker("broker killed twice") { mart in
            for _ in 1...2 {
                try await mart.broker.kill()
                try await mart.broker.restart()
                try await mart.answeredMore(30)
            }
        },
        broker("broker killed with consignment about to publish") { mart in
            await mart["consignment"].pause()
            try await mart.broker.kill()
            await mart["consignment"].resume()
            try await mart.broker.restart()
        },
        broker("broker killed, and settlement with it", deaths: ["settlement": [137]]) { mart in
            try await mart.broker.kill()
            try await mart.kill("settlement")
            try await mart.broker.restart()
            try await mart.died(["settlement"], times: 1)
        },
        broker("the services start while there is no broker", deaths: allKilled) { mart in
            try await mart.broker.stop()
            try await mart.kill(Mart.services)
            try await mart.died(Mart.services, times: 1)
            try await mart.readsGoOn()
            try await mart.broker.start()
        },
        // What was in its queues is gone; the outboxes have all of it.
        broker("broker replaced by an empty one", watches: false, recovery: nil, repeats: true) { mart in
            try await mart.broker.control("delete_vhost", mart.place.name)
            try await mart.readsGoOn()
            try await mart.broker.control("add_vhost", mart.place.name)
            try await mart.broker.control("set_permissions", "-p", mart.place.name, "guest", ".*", ".*", ".*")
            try await mart.ready()
            try await mart.resyncAll()
        },
        broker("broker stopped for 5 s") { mart in try await mart.stopBroker(for: .seconds(5)) },
        broker("broker stopped for 30 s") { mart in try await mart.stopBroker(for: .seconds(30)) },
        broker("broker stopped for 65 s") { mart in try await mart.stopBroker(for: .seconds(65)) },
        broker("broker restarted in order") { mart in try await mart.broker.restart() },
        broker("broker's application restarted") { mart in
            try await mart.broker.control("stop_app")
            try await mart.broker.control("start_app")
        },
        broker("broker frozen for 3 s") { mart in try await mart.freezeBroker(for: .seconds(3)) },
        broker("broker frozen for 15 s") { mart in try await mart.freezeBroker(for: .seconds(15)) },
        broker("memory alarm", isQuick: true) { mart in
            try await mart.block("set_vm_memory_high_watermark", "0.0000001")
            try await mart.broker.control("set_vm_memory_high_watermark", "0.4")
        },
        broker("disk alarm") { mart in
            try await mart.block("set_disk_free_limit", "9000GB")
            try await mart.broker.control("set_disk_free_limit", "50MB")
        },
        broker("SIGTERM under a memory alarm", deaths: ["consignment": [75]]) { mart in
            try await mart.block("set_vm_memory_high_watermark", "0.0000001")
            try await mart.terminate(["consignment"])
            try await mart.ended(["consignment"], times: 1)
            try await mart.broker.control("set_vm_memory_high_watermark", "0.4")
        },
        broker("connections closed by force, three times") { mart in
            for _ in 1...3 {
                try await mart.broker.control("close_all_connections", "--vhost", mart.place.name, "test")
                try await mart.answeredMore(20)
            }
        },
        broker("every permission taken away and given back") { mart in
            try await mart.broker.control("clear_permissions", "-p", mart.place.name, "guest")
            try await mart.broker.control("close_all_connections", "--vhost", mart.place.name, "test")
            try await Task.sleep(for: .seconds(3))
            try await mart.broker.control("set_permissions", "-p", mart.place.name, "guest", ".*", ".*", ".*")
        },
        broker("the right to publish taken away and given back") { mart in
            try await mart.broker.control("set_permissions", "-p", mart.place.name, "guest", ".*", "^$", ".*")
            try await mart.broker.control("close_all_connections", "--vhost", mart.place.name, "test")
            try await Task.sleep(for: .seconds(3))
            try await mart.broker.control("set_permissions", "-p", mart.place.name, "guest", ".*", ".*", ".*")
        },
        broker("the right to consume taken away and given back") { mart in
            try await mart.broker.control("set_permissions", "-p", mart.place.name, "guest", ".*", ".*", "^$")
            try await mart.broker.control("close_all_connections", "--vhost", mart.place.name, "test")
            try await Task.sleep(for: .seconds(3))
            try await mart.broker.control("set_permissions", "-p", mart.place.name, "guest", ".*", ".*", ".*")
        },
        broker("virtual host restarted") { mart in
            try await mart.broker.control("restart_vhost", "-p", mart.place.name)
        },
    ]
}

extension Mart {
    /// Reads are answered, and the services say what they miss, while the broker is away.
    func readsGoOn() async throws {
        for service in Self.services {
            try await expectEventually("\(service) misses the broker") {
                let (status, body) = try await self[service].get("/readyz")
                return status == 503 && String(decoding: body, as: UTF8.self).contains("broker-unreachable")
            }
            for path in ["/livez", "/v1/status"] where try await self[service].get(path, timeout: .seconds(2)).status != 200 {
                throw SupportError("\(service) does not answer \(path) while the broker is away")
            }
        }
    }

    /// Raises an alarm while Consignment has work, and waits until it says that the broker takes nothing. Whoever does not publish is not told.
    func block(_ setting: String, _ value: String) async throws {
        await self["consignment"].pause()
        // The driver's commands pile up before the driver is blocked itself.
        try await Task.sleep(for: .milliseconds(300))
        try await broker.control(setting, value)
        await self["consignment"].resume()
        try await expectEventually("consignment is blocked") {
            String(decoding: try await self["consignment"].get("/readyz").body, as: UTF8.self).contains("broker-blocked")
        }
        try await Task.sleep(for: .seconds(2))
    }

    func stopBroker(for time: Duration) async throws {
        try await broker.stop()
        try await readsGoOn()
        try await Task.sleep(for: time)
        try await broker.start()
    }

    func freezeBroker(for time: Duration) async throws {
        try broker.pause()
        try await Task.sleep(for: time)
        for service in Self.services where try await self[service].get("/livez", timeout: .seconds(2)).status != 200 {
            throw SupportError("\(service) hangs with the broker")
        }
        try broker.resume()
    }
}
