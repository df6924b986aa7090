import Foundation
import TestSupport

/// A file system in memory that is full when it says so itself. Mounting it takes the rights of root, so no quick scenario has one.
enum SmallDisk {
    /// Bytes.
    static let size = 16 << 20

    static func mount(at path: String) async throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try await runTool(["/usr/bin/mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path])
    }

    static func unmount(_ path: String) async { _ = try? await runTool(["/usr/bin/umount", "-l", path]) }

    /// Takes all the room that is left.
    static func fill(_ path: String) throws {
        try Data().write(to: URL(fileURLWithPath: filler(path)))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: filler(path)))
        defer { try? file.close() }
        for chunk in [1 << 20, 1 << 12] {
            while (try? file.write(contentsOf: Data(count: chunk))) != nil {}
        }
    }

    static func free(_ path: String) throws { try FileManager.default.removeItem(atPath: filler(path)) }

    private static func filler(_ path: String) -> String { "\(path)/filler" }
}
