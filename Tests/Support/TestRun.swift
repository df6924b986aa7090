import Foundation
import Glibc

/// What all tests of this process share: one folder, one tag, and a guard that outlives the process.
///
/// Every child carries the tag in its environment. The guard (`scripts/end-with-parent`) holds the reading end of a pipe;
/// when this process ends, however it ends, the pipe closes and the guard kills what carries the tag and removes the folder.
/// Set `KEEP_TEST_FOLDERS` to keep the folder.
enum TestRun {
    static let tag = UUID().uuidString

    /// The folder under which all temporary folders of this process lie; the guard runs from the first use on.
    static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mart-tests-\(tag.prefix(8))")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try startGuard(over: folder)
        } catch {
            fatalError("no folder for the tests: \(error)")
        }
        return folder
    }()

    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func script(_ name: String) -> String {
        repository.appendingPathComponent("scripts/\(name)").path
    }

    /// The folder of the test executable, where the services of the same build lie as well.
    static let buildFolder: URL = {
        if let given = ProcessInfo.processInfo.environment["BIN_DIR"] { return URL(fileURLWithPath: given) }
        return URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }()

    static func program(_ name: String) -> String {
        buildFolder.appendingPathComponent(name).path
    }

    private static func startGuard(over folder: URL) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SupportError("no pipe for the guard: errno \(errno)") }
        // Not tagged, or it would kill itself; in its own session, so that a Ctrl-C or a group kill passes it by.
        _ = try ChildProcess.spawn(
            [script("end-with-parent"), tag, folder.path], environment: ProcessInfo.processInfo.environment,
            input: ends[0], output: "/dev/null")
        close(ends[0])
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        // ends[1] stays open for the life of this process: its closing is the signal.
    }
}

/// What a test waited or looked for was not so; says what.
public struct SupportError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
