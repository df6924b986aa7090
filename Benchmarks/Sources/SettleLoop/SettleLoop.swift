import Foundation
import Messaging
import PlatformManifest
import Primitives
import SaleMaker
import ServiceFramework
import SettlementService

/// Settles COUNT sales in batches of BATCH, in a store in FOLDER, and reads the outbox back as the relay does.
@main
enum SettleLoop {
    static func main() throws {
        let arguments = CommandLine.arguments
        let count = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 10_000
        let batchSize = arguments.count > 2 ? Int(arguments[2]) ?? 1000 : 1000
        let folder = arguments.count > 3 ? arguments[3] : NSTemporaryDirectory() + "settle-loop"
        try? FileManager.default.removeItem(atPath: folder)
        let store = try ServiceStore(
            try SettlementService.definition(), topology: Manifest.topology, folder: folder, clock: .system())
        let processor = try BatchProcessor(store)
        let reader = try store.outboxReader()
        var sales = SaleMaker(startMilliseconds: 1_790_000_000_000, seed: 1)
        let incoming = (0..<count).map { _ in
            let sale = sales.next()
            return Incoming(
                channel: .events, routingKey: "consignment.sale-recorded.53.06", messageId: sale.id, correlationId: sale.id,
                traceparent: sale.traceparent, body: sale.body)
        }
        let started = clock()
        var sent: Int64 = 0
        var next = 0
        while next < count {
            let batch = Array(incoming[next..<min(next + batchSize, count)])
            next += batch.count
            let committed = try processor.process(batch)
            sent += Int64(try reader.events(after: sent, limit: batch.count).count)
            store.sent.withLock { $0.events = sent }
            precondition(sent == committed.events)
        }
        let microseconds = Double(clock() - started) / Double(CLOCKS_PER_SEC) * 1e6
        let line = String(format: "%d sales, %.2f µs of CPU each\n", count, microseconds / Double(max(1, count)))
        FileHandle.standardOutput.write(Data(line.utf8))
    }
}
