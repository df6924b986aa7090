import CLibCrypto
import Primitives

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files that are on the disk when a call returns, and what is to be known of large ones, in bounded memory. What is made here only its owner may
/// read.
enum DurableFile {
    private static let chunk = 1 << 20

    private static let mode: mode_t = 0o600

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// As `exists`; also true of a link that leads to nothing.
    static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// In bytes; 0 if there is no such file.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Makes a file without content, which must not be there yet.
    static func create(_ path: String) throws(BackupFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw fault("cannot be created", path) }
        close(descriptor)
    }

    static func remove(_ path: String) throws(BackupFault) {
        if unlink(path) != 0, errno != ENOENT { throw fault("cannot be removed", path) }
    }

    /// Within one file system, at once and for good.
    static func move(_ from: String, to target: String, in folder: String) throws(BackupFault) {
        guard rename(from, target) == 0 else { throw fault("cannot be renamed to \(target)", from) }
        try sync(folder)
    }

    /// As `move`; a link goes on to lead where it led.
    static func moveAside(_ from: String, to target: String, in folder: String) throws(BackupFault) {
        var status = stat()
        guard lstat(from, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let real = realpath(from, nil) else {
            return try move(from, to: target, in: folder)
        }
        defer { free(real) }
        guard symlink(real, target) == 0 else { throw fault("cannot be made", target) }
        try remove(from)
        try sync(folder)
    }

    /// Old or new, never half.
    static func replace(_ path: String, by bytes: [UInt8], in folder: String) throws(BackupFault) {
        try write(bytes, to: "\(path).partial")
        try move("\(path).partial", to: path, in: folder)
    }

    /// A file, or a folder's list of names.
    static func sync(_ path: String) throws(BackupFault) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault("cannot be opened", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw fault("cannot be written to the disk", path) }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(BackupFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw fault("cannot be created", path) }
        defer { close(descriptor) }
        try append(bytes[...], to: descriptor, path)
        guard fsync(descriptor) == 0 else { throw fault("cannot be written to the disk", path) }
    }

    static func copy(_ from: String, to target: String) throws(BackupFault) {
        let output = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard output >= 0 else { throw fault("cannot be created", target) }
        defer { close(output) }
        try read(from) { bytes throws(BackupFault) in try append(bytes, to: output, target) }
        guard fsync(output) == 0 else { throw fault("cannot be written to the disk", target) }
    }

    /// Size in bytes and SHA-256 in hexadecimal.
    static func measure(_ path: String) throws(BackupFault) -> (size: Int64, sha256: String) {
        var size: Int64 = 0
        guard let context = EVP_MD_CTX_new() else { throw BackupFault("no memory for a digest") }
        defer { EVP_MD_CTX_free(context) }
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
        try read(path) { bytes throws(BackupFault) in
            size += Int64(bytes.count)
            _ = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        EVP_DigestFinal_ex(context, &digest, nil)
        return (size, Hexadecimal.text(of: digest))
    }

    /// The whole of a small file.
    static func content(of path: String) throws(BackupFault) -> [UInt8] {
        var content: [UInt8] = []
        try read(path) { bytes throws(BackupFault) in
            content += bytes
            if content.count > chunk { throw BackupFault("\(path) is larger than it can rightly be") }
        }
        return content
    }

    private static func read(_ path: String, _ body: (ArraySlice<UInt8>) throws(BackupFault) -> Void) throws(BackupFault) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault("cannot be opened", path) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return }
            guard count > 0 else { throw fault("cannot be read", path) }
            try body(buffer[..<count])
        }
    }

    private static func append(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: String) throws(BackupFault) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw fault("cannot be written", path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func fault(_ what: String, _ path: String) -> BackupFault {
        BackupFault("\(path) \(what): \(String(cString: strerror(errno)))")
    }
}
