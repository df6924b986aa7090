import Foundation

/// The lines of a file, or of what another program writes, as they come.
struct LineSource {
    private let file: InputFile
    /// In bytes; nil where nobody knows.
    let size: Int?
    private(set) var bytesRead = 0
    private var rest: [UInt8] = []

    /// - Parameter path: `-` is standard input.
    init(_ path: String) throws {
        if path == "-", isatty(STDIN_FILENO) == 1 { throw Failure(.usage, "name a file, or write messages to standard input") }
        file = try InputFile(path)
        size = file.size
    }

    private static let chunk = 256 << 10
    /// Twice what the largest message needs when all of it is escaped.
    private static let longestLine = 64 << 20

    /// The lines that have come, at least one; nil at the end. Empty lines are left out.
    mutating func next() async throws -> [[UInt8]]? {
        while true {
            let file = file
            let chunk = try await Blocking.run { try file.read(upTo: Self.chunk) }
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
            if rest.count > Self.longestLine {
                throw Failure(
                    .usage, "\(InputFile.name(file.path)) has a line of more than \(Self.longestLine >> 20) MB: messages are one per line")
            }
            if !lines.isEmpty { return lines }
        }
    }

    /// Why there was no line at all.
    var emptiness: Failure { Failure(.usage, "\(InputFile.name(file.path)) holds no message; nothing was sent") }
}
