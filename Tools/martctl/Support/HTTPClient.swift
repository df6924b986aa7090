import Foundation
import StrictJSON

/// GETs JSON from one service's read side, over a plain socket: Foundation's URLSession would cost more than all the rest of martctl.
struct HTTPClient: Sendable {
    let service: String
    let url: String
    /// What a person types: in a container, a service is called otherwise than outside.
    let shownURL: String
    private let host: String
    private let port: String
    /// Besides those that every request has, without line ends.
    private let headers: [String]

    init(url: String, shownURL: String? = nil, service: String, headers: [String] = []) throws {
        self.service = service
        self.headers = headers
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.shownURL = shownURL ?? self.url
        let rest = self.url.dropFirst("http://".count)
        guard self.url.hasPrefix("http://"), !rest.isEmpty, !rest.contains("/"), !rest.contains("@") else {
            throw Failure(.usage, "the URL of \(service) must read http://host:port")
        }
        let parts = rest.split(separator: ":", maxSplits: 1)
        host = String(parts[0])
        port = parts.count == 2 ? String(parts[1]) : "80"
    }

    /// The document at a path; nil where the service answers 404.
    func find(_ path: String) async throws -> JSONValue? {
        let (status, body) = try await fetch(path)
        if status == 404 { return nil }
        guard status == 200 else {
            throw Failure(
                .unavailable, "\(service) answers GET \(path) with \(status): \(String(decoding: body.prefix(300), as: UTF8.self))")
        }
        do {
            return try JSONDocument(parsing: body).root
        } catch {
            throw Failure(.unavailable, "\(service) answers GET \(path) with what is no JSON: \(error)")
        }
    }

    /// Whatever the service answers, with its status.
    func answer(_ path: String) async throws -> (status: Int, body: JSONValue) {
        let (status, body) = try await fetch(path)
        guard let document = try? JSONDocument(parsing: body) else {
            throw Failure(.unavailable, "\(service) answers GET \(path) with \(status) and what is no JSON")
        }
        return (status, document.root)
    }

    func get(_ path: String) async throws -> JSONValue {
        guard let document = try await find(path) else { throw Failure(.unavailable, "\(service) has no \(path)") }
        return document
    }

    /// Every item of a list, over all its pages.
    func items(_ path: String) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var next: String?
        repeat {
            let separator = path.contains("?") ? "&" : "?"
            let after = next.map { "&after=\(Self.escaped($0))" } ?? ""
            let page = try await get("\(path)\(separator)limit=500\(after)")
            items += page["items"]?.elements ?? []
            next = page["next"]?.string
        } while next != nil
        return items
    }

    static func escaped(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text }

    private func fetch(_ path: String) async throws -> (status: Int, body: [UInt8]) {
        try await Blocking.run { try fetchBlocking(path) }
    }

    private func fetchBlocking(_ path: String) throws -> (Int, [UInt8]) {
        guard let socket = HTTPSocket(host: host, port: port) else {
            throw Failure(.unavailable, "\(service) cannot be reached at \(url) (is the stack up? `make up`, or name it: --\(service)-url)")
        }
        let lines = ["GET \(path) HTTP/1.1", "Host: \(host):\(port)", "Accept: application/json", "Connection: close"] + headers
        guard socket.send(lines.joined(separator: "\r\n") + "\r\n\r\n"), let response = HTTPResponse(socket.readAll())
        else { throw Failure(.unavailable, "\(service) broke off while answering GET \(path)") }
        return (response.status, response.body)
    }
}

/// A connected TCP socket with time limits, closed when released.
private final class HTTPSocket {
    private let descriptor: Int32
    private static let seconds = 10

    init?(host: String, port: String) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &list) == 0, let first = list else { return nil }
        defer { freeaddrinfo(list) }
        var candidate: UnsafeMutablePointer<addrinfo>? = first
        while let address = candidate?.pointee {
            let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
            if descriptor >= 0 {
                var limit = timeval(tv_sec: Self.seconds, tv_usec: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
                if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 {
                    self.descriptor = descriptor
                    return
                }
                close(descriptor)
            }
            candidate = address.ai_next
        }
        return nil
    }

    deinit { close(descriptor) }

    func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if written <= 0 { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }

    /// Everything up to the end of the connection; the request asked for it to be closed.
    func readAll() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
