import Foundation
import TestSupport

/// The system's clock of the processes that get its environment, as `Tests/Faults/clock-fault.c` makes it wrong: it can be set while they run.
struct FakeClock {
    /// Variables for those processes.
    let environment: [String: String]
    private let control: URL

    /// Compiled once.
    private static let library = Task {
        let library = try TemporaryFolder("faults").file("clock-fault.so")
        try await runTool(
            ["/usr/bin/cc", "-shared", "-fPIC", "-O1", "-o", library.path, repositoryFile("Tests/Faults/clock-fault.c").path, "-ldl"])
        return library.path
    }

    init(_ folder: TemporaryFolder, days: Int64 = 0) async throws {
        control = folder.file("clock")
        try Data(count: 8).write(to: control)
        environment = ["LD_PRELOAD": try await Self.library.value, "CLOCK_FAULT": control.path]
        try set(days: days)
    }

    /// Off by so many days.
    func set(days: Int64) throws {
        let file = try FileHandle(forWritingTo: control)
        try file.write(contentsOf: withUnsafeBytes(of: days * 86_400_000) { Data($0) })
        try file.close()
    }
}
