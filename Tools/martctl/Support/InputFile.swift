import Foundation

/// A file that a command reads, or standard input, and why it cannot be read.
enum InputFile {
    /// - Parameter path: `-` is standard input.
    static func open(_ path: String) throws -> FileHandle {
        var status = stat()
        let found = path == "-" ? fstat(STDIN_FILENO, &status) : stat(path, &status)
        guard found == 0 else { throw fault(path, errno) }
        if status.st_mode & S_IFMT == S_IFDIR { throw Failure(.usage, "\(name(path)) is a folder, not a file") }
        if path == "-" { return .standardInput }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw fault(path, errno) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    static func contents(_ path: String) throws -> Data {
        let file = try open(path)
        do {
            return try file.readToEnd() ?? Data()
        } catch {
            throw Failure(.usage, "\(name(path)) cannot be read: \(error.localizedDescription)")
        }
    }

    /// For a sentence.
    static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    private static func fault(_ path: String, _ number: Int32) -> Failure {
        if number == ENOENT { return Failure(.usage, "there is no file \(path)") }
        if path == "-", number == EBADF { return Failure(.usage, "standard input is closed") }
        return Failure(.usage, "\(name(path)) cannot be read: \(String(cString: strerror(number)))")
    }
}
