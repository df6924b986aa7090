import Foundation
import RabbitMQ
import Synchronization
import TestSupport

/// A store that fails for longer than a service keeps what it cannot write.
extension Scenario {
    static let failingStores: [Scenario] = [
        fullForLong("consignment", isQuick: true), fullForLong("settlement"), fullForLong("permits"), killedWhileFull("settlement"),
    ]

    /// For longer than a service keeps what it cannot write: it gives everything back to the broker, and comes back by itself. Its patience is 2 s.
    private static func fullForLong(_ service: String, isQuick: Bool = false) -> Scenario {
        Scenario(
            name: "\(service)'s disk is full for long", isQuick: isQuick, faultyDisks: [service], lives: [service: [["MART_HASTE": "30"]]]
        ) { mart in
            guard let disk = mart.disks[service] else { throw SupportError("no disk") }
            try await mart.answeredMore(60)
            for (round, fault) in [FaultyDisk.Fault.full, .syncFails].enumerated() {
                try disk.set(fault)
                // Something for each of the services, whatever else has been done by now.
                mart.trader.send(Trade().more(round))
                try await expectEventually("the broker has it all back") { try mart.consumers(of: "\(service).commands") == 0 }
                try await mart.saysStoreFailing(service)
                if try await mart[service].get("/livez").status != 200 { throw SupportError("\(service) does not live") }
                try await Task.sleep(for: .seconds(1))
                try await mart.saysStoreFailing(service)
                try disk.set(.none)
                try await expectEventually("\(service) consumes again") { try mart.consumers(of: "\(service).commands") == 1 }
            }
        }
    }

    /// Killed with its store failing, more often than a message may kill a service: that is no attempt at the messages in hand.
    private static func killedWhileFull(_ service: String) -> Scenario {
        Scenario(
            name: "\(service) killed again and again with its disk full", faultyDisks: [service],
            lives: [service: Array(repeating: ["MART_HASTE": "60"], count: 8)], deaths: [service: Array(repeating: 137, count: 7)]
        ) { mart in
            guard let disk = mart.disks[service] else { throw SupportError("no disk") }
            try await mart.answeredMore(60)
            for round in 1...7 {
                try disk.set(.full)
                mart.trader.send(Trade().more(round))
                try await mart.saysStoreFailing(service)
                if round.isMultiple(of: 2) {
                    try await expectEventually("the broker has it all back") { try mart.consumers(of: "\(service).events") == 0 }
                }
                try await mart.kill(service)
                // It opens its store, and the disk is full again when it has messages in hand.
                try disk.set(.none)
                try await mart.died([service], times: round)
                try await expectEventually("\(service) has opened its store") { try await mart[service].get("/livez").status == 200 }
            }
        }
    }
}

extension Mart {
    /// The store alone is to blame: the broker can be reached.
    func saysStoreFailing(_ service: String) async throws {
        try await expectEventually("\(service) says that its store fails, and nothing else") {
            let body = String(decoding: try await self[service].get("/readyz").body, as: UTF8.self)
            return body.contains("store-failing") && !body.contains("broker-unreachable")
        }
    }

    func consumers(of queue: String) throws -> UInt32 {
        let count = Mutex<UInt32>(0)
        try operate { channel in
            let consumers = try channel.declareQueue(queue, passive: true).consumerCount
            count.withLock { $0 = consumers }
        }
        return count.withLock { $0 }
    }
}
