import Foundation
import Glibc
import TestSupport

/// A TCP connection to a read side over which a test says what no HTTP client would. Closed when released.
final class RawHTTP: Sendable {
    private let descriptor: Int32

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard withLoopback(port, { connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            throw SupportError("cannot connect to port \(port): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    /// As much of it as the other side still takes.
    func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent <= 0 { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// What comes until the other side ends the connection; throws when it does not within 20 s.
    func readAll() throws -> String {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 || count < 0 && errno == ECONNRESET { return String(decoding: all, as: UTF8.self) }
            guard count > 0 else { throw SupportError("the connection stays open after: \(String(decoding: all, as: UTF8.self))") }
            all += chunk[..<count]
        }
    }

    /// One request over a connection of its own, and all that comes back.
    static func exchange(_ port: Int, _ request: String) throws -> String {
        let connection = try RawHTTP(port)
        connection.send(request)
        return try connection.readAll()
    }
}
