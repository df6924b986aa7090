import Foundation
import GRDB
import Platform
import Primitives
import ServiceFramework
import Storage
import Synchronization

/// Time and chance as the services of one run see them.
final class VirtualMachine: Sendable {
    private let milliseconds: Mutex<Int64>
    private let seeds: Mutex<SplitMix64>
    /// Where the clock that only counts begins; all that matters is what lies between two readings.
    private let origin = ContinuousClock.now

    init(seed: UInt64, at start: Instant) {
        milliseconds = Mutex(start.milliseconds)
        seeds = Mutex(SplitMix64(seed: seed))
    }

    var now: Instant { Instant(milliseconds: milliseconds.withLock { $0 }) }
    var monotonic: ContinuousClock.Instant { origin.advanced(by: .milliseconds(now.milliseconds)) }

    func pass(_ time: Int64) { milliseconds.withLock { $0 += time } }

    /// - Parameter system: what a machine's clock says.
    func surroundings(_ system: @escaping @Sendable () -> Instant) -> Surroundings {
        Surroundings(seed: { self.seeds.withLock { $0.next() } }, now: system)
    }
}

/// Where the stores of a run lie: in memory if the machine has a place for that. A commit there costs a few microseconds.
struct StoreFolder: ~Copyable {
    let path: String

    init() throws {
        let inMemory = "/dev/shm"
        let base = FileManager.default.isWritableFile(atPath: inMemory) ? inMemory : NSTemporaryDirectory()
        path = "\(base)/ntt-mart-simulation-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// New stores, made once and copied: bringing a schema up costs more than a run.
enum StoreTemplate {
    private static let known = Mutex<[String: Data]>([:])

    static func copy(_ definition: ServiceDefinition, to folder: String) throws {
        let bytes = try known.withLock { known in
            if let bytes = known[definition.name] { return bytes }
            let bytes = try make(definition)
            known[definition.name] = bytes
            return bytes
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(definition.name).sqlite"))
    }

    private static func make(_ definition: ServiceDefinition) throws -> Data {
        let folder = try StoreFolder()
        let machine = VirtualMachine(seed: 0, at: Instant(milliseconds: 0))
        let store = try ServiceStore(
            definition, topology: Platform.topology, folder: folder.path, clock: .manual(machine.now),
            surroundings: machine.surroundings { machine.now })
        try store.closeCleanly()
        // Closing leaves the schema in the log, for the last to close is a reader.
        try store.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        try store.pool.close()
        return try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(definition.name).sqlite"))
    }
}
