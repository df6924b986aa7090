import Foundation
import TestSupport

/// The line between the services and the broker, through a proxy of our own. On a node whose heartbeat is 2 s.
extension Scenario {
    private static func network(
        _ name: String, isQuick: Bool = false, keepsSize: Bool = false, sales: Int = 240, patience: Duration = .seconds(90),
        _ fault: @escaping @Sendable (Mart, FaultProxy) async throws -> Void
    ) -> Scenario {
        Scenario(name: name, isQuick: isQuick, node: .breakable, sales: sales, keepsSize: keepsSize, isProxied: true, patience: patience) {
            mart in
            guard let proxy = mart.proxy else { throw SupportError("no proxy") }
            try await mart.answeredMore(60)
            try await fault(mart, proxy)
            proxy.clear()
        }
    }

    static let networks: [Scenario] = [
        network("100 ms of latency") { mart, proxy in
            proxy.set { $0.delay = .milliseconds(100) }
            try await mart.answeredMore(60)
        },
        network("a line of 30 kB/s", keepsSize: true) { mart, proxy in
            proxy.set { $0.bytesPerSecond = 30_000 }
            try await mart.answeredMore(60)
        },
        network("one byte at a time", keepsSize: true, sales: 150) { mart, proxy in
            proxy.set { $0.slice = 1 }
            try await mart.answeredMore(40)
        },
        network("connections reset, five times", isQuick: true) { mart, proxy in
            for _ in 1...5 {
                proxy.reset()
                try await mart.answeredMore(15)
            }
        },
        network("nobody answers for 3 s") { _, proxy in
            proxy.reset(accepting: false)
            try await Task.sleep(for: .seconds(3))
        },
        network("half open: both ways silent for 9 s") { _, proxy in
            proxy.set { $0.isBlackHole = true }
            try await Task.sleep(for: .seconds(9))
        },
        network("silent towards the broker for 9 s") { _, proxy in
            proxy.set([.toBroker]) { $0.isBlackHole = true }
            try await Task.sleep(for: .seconds(9))
        },
        network("silent towards the services for 9 s") { _, proxy in
            proxy.set([.toService]) { $0.isBlackHole = true }
            try await Task.sleep(for: .seconds(9))
        },
        network("silent for a second: nobody need notice") { _, proxy in
            proxy.set { $0.isBlackHole = true }
            try await Task.sleep(for: .seconds(1))
        },
        network("cut within a frame towards the broker", isQuick: true) { mart, proxy in
            for bytes in [3, 700, 5_000] {
                proxy.set([.toBroker]) { $0.cutAfter = bytes }
                try await mart.answeredMore(20)
            }
        },
        network("cut within a frame towards the services") { mart, proxy in
            for bytes in [3, 700, 5_000] {
                proxy.set([.toService]) { $0.cutAfter = bytes }
                try await mart.answeredMore(20)
            }
        },
        network("a byte changed towards the broker, in five frames' heads", isQuick: true) { mart, proxy in
            for _ in 1...5 {
                proxy.set([.toBroker]) { $0.spoilsFrame = true }
                try await proxy.spoilt(.toBroker)
                try await mart.answeredMore(10)
            }
        },
        network("a byte changed towards the services, in five frames' heads") { mart, proxy in
            for _ in 1...5 {
                proxy.set([.toService]) { $0.spoilsFrame = true }
                try await proxy.spoilt(.toService)
                try await mart.answeredMore(10)
            }
        },
        // Within a body nothing but TLS notices it: AMQP has no checksum.
        Scenario(name: "bytes changed anywhere, under TLS", node: .encrypted) { mart in
            guard let proxy = mart.proxy else { throw SupportError("no proxy") }
            for round in 0..<6 {
                try await mart.answeredMore(20)
                let direction: FaultProxy.Direction = round % 2 == 0 ? .toBroker : .toService
                proxy.set([direction]) { $0.corruptAfter = [11, 300, 5_000][round / 2] }
                try await proxy.spoilt(direction)
            }
        },
        network("the line flaps for 6 s") { _, proxy in
            for round in 0..<20 {
                proxy.reset(accepting: round % 2 == 0)
                try await Task.sleep(for: .milliseconds(300))
                proxy.clear()
            }
        },
        network("a slow and shaky line") { mart, proxy in
            proxy.set { ($0.delay, $0.slice) = (.milliseconds(5), 100) }
            for _ in 1...3 {
                try await mart.answeredMore(10)
                proxy.reset()
            }
        },
    ]
}
