import Foundation

/// A file that a command reads, or standard input; why it cannot be read is a sentence.
final class InputFile: Sendable {
    let path: String
    private let descriptor: Int32

    /// - Parameter path: `-` is standard input.
    init(_ path: String) throws {
        self.path = path
        var status = stat()
        guard path == "-" ? fstat(STDIN_FILENO, &status) == 0 : stat(path, &status) == 0 else { throw Self.fault(path) }
        if status.st_mode & S_IFMT == S_IFDIR { throw Failure(.usage, "\(Self.name(path)) is a folder, not a file") }
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw Self.fault(path) }
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    /// In bytes; nil where nobody knows.
    var size: Int? {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// What has come, at most so many bytes; empty at the end. **Blocks.**
    func read(upTo count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            used = 0
            var result = Glibc.read(descriptor, buffer.baseAddress, count)
            while result < 0, errno == EINTR { result = Glibc.read(descriptor, buffer.baseAddress, count) }
            if result < 0 { throw Self.fault(path) }
            used = result
        }
    }

    static func contents(_ path: String) throws -> Data {
        let file = try InputFile(path)
        var all = Data()
        while case let chunk = try file.read(upTo: 1 << 18), !chunk.isEmpty { all.append(contentsOf: chunk) }
        return all
    }

    /// For a sentence.
    static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    private static func fault(_ path: String) -> Failure {
        if errno == ENOENT { return Failure(.usage, "there is no file \(path)") }
        return Failure(.usage, "\(name(path)) cannot be read: \(String(cString: strerror(errno)))")
    }
}
