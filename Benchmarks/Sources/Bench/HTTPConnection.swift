import Foundation

/// One HTTP connection that is kept open: what a read costs, without what connecting costs.
final class HTTPConnection {
    private let descriptor: Int32
    private var received: [UInt8] = []

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if result != 0 { throw BenchError("nobody listens on port \(port)") }
    }

    deinit { close(descriptor) }

    /// The length of the body of a 200 answer.
    func get(_ path: String) throws -> Int {
        let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, 0) == request.count else { throw BenchError("the connection is closed") }
        received.removeAll(keepingCapacity: true)
        while true {
            if let (head, length) = complete() {
                guard head.hasPrefix("HTTP/1.1 200") else { throw BenchError("\(path): \(head.prefix(40))") }
                return length
            }
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count <= 0 { throw BenchError("the connection is closed") }
            received += chunk[..<count]
        }
    }

    private func complete() -> (head: String, length: Int)? {
        guard let end = String(decoding: received, as: UTF8.self).range(of: "\r\n\r\n") else { return nil }
        let text = String(decoding: received, as: UTF8.self)
        let head = String(text[..<end.lowerBound])
        guard let line = head.lowercased().split(separator: "\r\n").first(where: { $0.hasPrefix("content-length:") }),
            let length = Int(line.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)),
            text[end.upperBound...].utf8.count >= length
        else { return nil }
        return (head, length)
    }
}
