import Foundation
import Glibc

/// One GET request over one connection, and the whole response. A socket instead of URLSession: nothing is kept open or
/// cached between a service and its restarted self, and a refused connection is told at once.
enum HTTPGet {
    static func send(_ path: String, headers: [String] = [], port: Int, limit: Duration) async throws -> (status: Int, body: Data) {
        try await withCheckedThrowingContinuation { continuation in
            // On a thread of its own: it blocks.
            Thread.detachNewThread {
                continuation.resume(with: Result { try parse(exchange(path, headers, port: port, limit: limit)) })
            }
        }
    }

    private static func exchange(_ path: String, _ headers: [String], port: Int, limit: Duration) throws -> Data {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw failure("socket") }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Int(limit.components.seconds), tv_usec: Int(limit.components.attoseconds / 1_000_000_000_000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard withLoopback(port, { connect(descriptor, $0, $1) }) == 0 else { throw failure("connect to port \(port)") }
        let lines = ["GET \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + headers
        let request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        guard Glibc.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { throw failure("send") }
        var response = Data()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 { return response }
            guard count > 0 else { throw failure("receive") }
            response.append(contentsOf: chunk[..<count])
        }
    }

    static func parse(_ response: Data) throws -> (status: Int, body: Data) {
        guard let end = response.range(of: Data("\r\n\r\n".utf8)) else { throw SupportError("the response ends in its head") }
        let head = String(decoding: response[..<end.lowerBound], as: UTF8.self).lowercased()
        guard let word = head.split(separator: " ").dropFirst().first, let status = Int(word) else {
            throw SupportError("no status: \(head)")
        }
        let body = response[end.upperBound...]
        return (status, Data(head.contains("transfer-encoding: chunked") ? try joinChunks(body) : body))
    }

    private static func joinChunks(_ body: Data) throws -> Data {
        var joined = Data()
        var rest = body
        while let line = rest.range(of: Data("\r\n".utf8)) {
            let sizeText = String(decoding: rest[..<line.lowerBound], as: UTF8.self).prefix { $0 != ";" }
            guard let size = Int(sizeText, radix: 16) else { throw SupportError("bad chunk size \(sizeText)") }
            guard size > 0 else { return joined }
            let end = line.upperBound + size
            guard end + 2 <= rest.endIndex else { break }
            joined += rest[line.upperBound..<end]
            rest = rest[(end + 2)...]
        }
        throw SupportError("the response ends within a chunk")
    }

    private static func failure(_ what: String) -> SupportError {
        SupportError("\(what): \(String(cString: strerror(errno)))")
    }
}
