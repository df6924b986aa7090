import Foundation
import Glibc
import TestSupport

/// The disk of one service's store, as `Tests/Faults/store-faults.c` makes it misbehave: a file that both map.
final class FaultyDisk: Sendable {
    enum Fault: UInt8 {
        case none = 0
        case syncFails = 1
        case full = 2
        case readOnly = 3
        case slowSync = 4
        case writeFails = 5
        case shortWrites = 6
        case verySlowSync = 7
    }

    /// Variables for the service.
    let environment: [String: String]
    private let control: URL

    /// The library that stands between a service and its disk, compiled once.
    private static let library = Task {
        let library = try TemporaryFolder("faults").file("store-faults.so")
        try await runTool(
            ["/usr/bin/cc", "-shared", "-fPIC", "-O1", "-o", library.path, repositoryFile("Tests/Faults/store-faults.c").path, "-ldl"])
        return library.path
    }

    init(_ folder: TemporaryFolder, of service: String) async throws {
        control = folder.file("\(service).faults")
        try Data(count: 64).write(to: control)
        environment = ["LD_PRELOAD": try await Self.library.value, "STORE_FAULTS": control.path, "STORE_UNDO": "1"]
    }

    func set(_ fault: Fault) throws {
        let file = try FileHandle(forWritingTo: control)
        try file.write(contentsOf: Data([fault.rawValue]))
        try file.close()
    }

    /// How often the store's files have been synced.
    var syncs: UInt64 {
        get throws {
            let bytes = try Data(contentsOf: control)
            return bytes[8..<16].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// Takes back what was written and never synced, as a power cut would have; the service must be dead.
    static func cutPower(of store: String) throws {
        for path in [store, "\(store)-wal"] {
            let notes = (try? Data(contentsOf: URL(fileURLWithPath: "\(path).undo"))) ?? Data()
            var records: [(offset: Int64, size: Int64, old: Data)] = []
            var rest = notes[...]
            while rest.count >= 24 {
                let head = (0..<3).map { place in
                    rest.dropFirst(place * 8).prefix(8).reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
                }
                records.append((head[0], head[1], Data(rest.dropFirst(24).prefix(Int(head[2])))))
                rest = rest.dropFirst(24 + Int(head[2]))
            }
            if !records.isEmpty {
                let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                for record in records.reversed() {
                    try file.seek(toOffset: UInt64(record.offset))
                    try file.write(contentsOf: record.old)
                    try file.truncate(atOffset: UInt64(record.size))
                }
                try file.close()
            }
            try? FileManager.default.removeItem(atPath: "\(path).undo")
        }
        // Memory, which a power cut takes anyway.
        try? FileManager.default.removeItem(atPath: "\(store)-shm")
    }
}
