import Foundation

/// A file that a command writes, from first to last byte.
///
/// A plain file is written beside its place and put there when it is whole: what was there before stays until then, and nobody ever reads
/// half a file. Everything else a name can stand for, such as a FIFO, a device, a link or a file with several names, is written into and
/// never replaced; of a link, the file that it points to is what is replaced.
final class OutputFile: Sendable {
    let path: String
    private let descriptor: Int32
    /// Where it is written, and which name it gets in the end; nil where it is written into.
    private let move: (from: String, to: String)?

    init(_ path: String) throws {
        self.path = path
        var status = stat()
        let exists = lstat(path, &status) == 0
        var target = path
        if exists, Self.kind(status) == S_IFLNK {
            // One that points to nothing is written through: that makes what it points to.
            guard let resolved = Self.resolve(path) else {
                (descriptor, move) = (try Self.open(path, O_CREAT | O_TRUNC), nil)
                return
            }
            target = resolved
            guard stat(path, &status) == 0 else { throw Self.fault(path) }
        }
        if exists, Self.kind(status) == S_IFDIR { throw Failure(.usage, "\(path) is a folder, not a file") }
        if exists, Self.kind(status) != S_IFREG {
            // Whoever reads it may go away: that is an error of writing then, not the end of the process.
            signal(SIGPIPE, SIG_IGN)
            (descriptor, move) = (try Self.open(path, 0), nil)
        } else if !Self.isSystem(path), !exists || status.st_nlink == 1, let beside = Self.beside(target, like: exists ? status : nil) {
            (descriptor, move) = (beside.descriptor, (beside.path, target))
        } else {
            (descriptor, move) = (try Self.open(path, O_CREAT | O_TRUNC), nil)
        }
    }

    /// Whether it is a plain file when it is finished.
    var canBeReadAgain: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && Self.kind(status) == S_IFREG && !Self.isSystem(path)
    }

    func write(_ bytes: some Collection<UInt8>) throws {
        let bytes = Array(bytes)
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw Self.fault(path) }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }

    /// Puts it into its place.
    func finish() throws {
        guard close(descriptor) == 0 else { throw Self.fault(path) }
        if let move, rename(move.from, move.to) != 0 { throw Self.fault(path) }
    }

    /// Leaves what was there as it was, as far as it was not written into.
    func discard() {
        close(descriptor)
        if let move { unlink(move.from) }
    }

    // MARK: -

    private static func kind(_ status: stat) -> mode_t { status.st_mode & S_IFMT }

    /// `/dev/stdout` may lead to a plain file that a shell has opened already.
    private static func isSystem(_ path: String) -> Bool { path.hasPrefix("/dev/") || path.hasPrefix("/proc/") }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Nil where there may be no file beside it, or not one of the same owner.
    private static func beside(_ path: String, like old: stat?) -> (descriptor: Int32, path: String)? {
        let url = URL(fileURLWithPath: path)
        var template = Array("\(url.deletingLastPathComponent().path)/.\(url.lastPathComponent).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        if descriptor < 0 { return nil }
        let name = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let mask = umask(0)
        umask(mask)
        let isAlike =
            if let old {
                (old.st_uid == geteuid() && old.st_gid == getegid() || fchown(descriptor, old.st_uid, old.st_gid) == 0)
                    && fchmod(descriptor, old.st_mode & 0o7777) == 0
            } else {
                fchmod(descriptor, 0o666 & ~mask) == 0
            }
        if isAlike { return (descriptor, name) }
        close(descriptor)
        unlink(name)
        return nil
    }

    private static func open(_ path: String, _ flags: Int32) throws -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | flags, 0o666)
        if descriptor < 0 { throw fault(path) }
        return descriptor
    }

    private static func fault(_ path: String) -> Failure {
        Failure(.usage, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
