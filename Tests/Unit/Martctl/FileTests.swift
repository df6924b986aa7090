import Foundation
import Testing

@testable import MartctlKit

/// Files that commands write and read.
struct FileTests {
    /// A folder of the test's own.
    private final class Folder {
        let path = NSTemporaryDirectory() + "martctl-files-" + UUID().uuidString

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func file(_ name: String, _ content: String? = nil) throws -> String {
            let file = "\(path)/\(name)"
            if let content { try Data(content.utf8).write(to: URL(fileURLWithPath: file)) }
            return file
        }

        var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
    }

    private static func content(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func status(_ path: String) -> stat {
        var status = stat()
        lstat(path, &status)
        return status
    }

    private static func write(_ text: String, to path: String) throws {
        let file = try OutputFile(path)
        try file.write(text.utf8)
        try file.finish()
    }

    @Test func `a plain file is there whole or as it was, with the rights that it had`() throws {
        let folder = try Folder()
        let path = try folder.file("events.ndjson", "old")
        chmod(path, 0o600)
        let file = try OutputFile(path)
        try file.write("new".utf8)
        #expect(Self.content(path) == "old")
        try file.finish()
        #expect(Self.content(path) == "new" && Self.status(path).st_mode & 0o777 == 0o600)
        let given = try OutputFile(path)
        try given.write("half".utf8)
        given.discard()
        #expect(Self.content(path) == "new")
        try Self.write("first", to: try folder.file("other"))
        #expect(folder.names == ["events.ndjson", "other"])
    }

    @Test func `links stay links, and what they point to is written`() throws {
        let folder = try Folder()
        let target = try folder.file("target", "old")
        for (name, destination) in [("link", "target"), ("second", "link"), ("dangling", "later")] {
            try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(name)", withDestinationPath: destination)
        }
        for name in ["link", "second", "dangling"] {
            try Self.write(name, to: "\(folder.path)/\(name)")
            #expect(Self.status("\(folder.path)/\(name)").st_mode & S_IFMT == S_IFLNK)
            #expect(Self.content("\(folder.path)/\(name)") == name)
        }
        #expect(Self.content(target) == "second" && Self.content("\(folder.path)/later") == "dangling")
        // A file with two names keeps both.
        link(target, "\(folder.path)/hard")
        try Self.write("both", to: "\(folder.path)/hard")
        #expect(Self.content(target) == "both")
    }

    @Test func `a FIFO and a device are written into`() throws {
        let folder = try Folder()
        let fifo = try folder.file("fifo")
        mkfifo(fifo, 0o600)
        let reader = Glibc.open(fifo, O_RDONLY | O_NONBLOCK)
        try Self.write("through", to: fifo)
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(read(reader, &bytes, 16) == 7 && String(decoding: bytes.prefix(7), as: UTF8.self) == "through")
        close(reader)
        #expect(Self.status(fifo).st_mode & S_IFMT == S_IFIFO)
        try Self.write("nowhere", to: "/dev/null")
        #expect(Self.status("/dev/null").st_mode & S_IFMT == S_IFCHR)
        #expect(folder.names == ["fifo"])
    }

    @Test func `what cannot be written is said in a line`() throws {
        let folder = try Folder()
        for path in [folder.path, "\(folder.path)/missing/file"] {
            let failure = #expect(throws: Failure.self) { try OutputFile(path) }
            #expect(failure?.code == .usage && failure?.message.contains(path) == true)
        }
        let full = try OutputFile("/dev/full")
        #expect(throws: Failure.self) { try full.write("x".utf8) }
    }

    @Test func `what cannot be read is said in a line`() async throws {
        let folder = try Folder()
        for (path, word) in [(folder.path, "folder"), ("\(folder.path)/missing", "no file")] {
            let failure = #expect(throws: Failure.self) { try LineSource(path) }
            #expect(failure?.code == .usage && failure?.message.contains(word) == true, "\(failure?.message ?? "")")
        }
        for content in ["", "\n\n", "\r\n"] {
            var source = try LineSource(try folder.file("empty", content))
            #expect(try await source.next() == nil)
            #expect(source.emptiness.message.contains("holds no message"))
        }
    }
}
