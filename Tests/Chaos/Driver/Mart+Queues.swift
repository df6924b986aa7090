import RabbitMQ
import Synchronization
import TestSupport

extension Mart {
    static let queues = services.flatMap { ["\($0).commands", "\($0).events", "\($0).dead"] }

    /// Messages in the services' queues when nobody consumes any more.
    func leftInQueues() async throws -> [String] {
        let counts = Mutex<[String: UInt32]>([:])
        try operate { channel in
            for queue in Self.queues {
                guard queue != "permits.events" else { continue }
                let count = try channel.declareQueue(queue, passive: true).messageCount
                counts.withLock { $0[queue] = count }
            }
        }
        return counts.withLock { $0 }.filter { $0.value > 0 }.map { "\($0.value) messages are left in \($0.key)" }
    }
}

extension Trader {
    /// Waits until Consignment knows everything on the shelf as listed: a sale is the proof, and the day's first sales prove it of all.
    func askUntilListed(_ mart: Mart) async throws {
        for number in Trade.prices.indices {
            try await expectEventually("product \(number) is listed") {
                let (status, body) = try await mart["consignment"].get("/v1/products/p\(number)")
                return status == 200 && String(decoding: body, as: UTF8.self).contains(#""state":"listed""#)
            }
        }
    }
}
