import Foundation

/// The lines of a file, or of what another program writes, as they come.
struct LineSource {
    private let file: FileHandle
    /// In bytes; nil where nobody knows.
    let size: Int?
    private(set) var bytesRead = 0
    private var rest: [UInt8] = []

    /// - Parameter path: `-` is standard input.
    init(_ path: String) throws {
        if path == "-" {
            if isatty(STDIN_FILENO) == 1 { throw Failure(.usage, "name a file, or write messages to standard input") }
            file = .standardInput
        } else {
            guard let file = FileHandle(forReadingAtPath: path) else { throw Failure(.usage, "\(path) cannot be read") }
            self.file = file
        }
        let length = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        size = path == "-" ? nil : length
    }

    private static let chunk = 256 << 10

    /// The lines that have come, at least one; nil at the end. Empty lines are left out.
    mutating func next() async throws -> [[UInt8]]? {
        while true {
            let file = file
            let chunk = try await Blocking.run { try file.read(upToCount: Self.chunk) ?? Data() }
            if chunk.isEmpty {
                defer { rest = [] }
                return rest.isEmpty ? nil : [rest]
            }
            bytesRead += chunk.count
            var lines: [[UInt8]] = []
            for byte in chunk {
                if byte != UInt8(ascii: "\n") {
                    rest.append(byte)
                } else {
                    if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
                    if !rest.isEmpty { lines.append(rest) }
                    rest = []
                }
            }
            if !lines.isEmpty { return lines }
        }
    }
}
