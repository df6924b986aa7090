import GRDB
import Primitives
import StrictJSON
import Synchronization

/// An answer of the read side: a status and a JSON body.
public struct ReadResponse: Sendable {
    public let status: Int
    public let body: [UInt8]
    /// The route that answered, with its names in braces; empty if there is none.
    public private(set) var route = ""
    /// What went wrong, for the log: a reader is never shown what the store says.
    public private(set) var failure: String?

    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// The same answer, as given by a route.
    public func by(_ route: String) -> ReadResponse {
        var response = self
        response.route = route
        return response
    }

    /// The service is at fault.
    init(failure error: any Error) {
        self.init(status: 500, code: "internal", message: "the service could not answer this; its log says why")
        failure = "\(error)"
    }

    /// An error as section 10 of the contract writes it.
    public init(status: Int, code: String, message: String) {
        self.status = status
        body = JSONWriter.object { json in
            json.member("code", code)
            json.member("message", message)
        }
    }
}

extension ServiceStore {
    /// All routes of the service: its own and those that every service has.
    public var routes: [Route] { definition.reads + CommonReads.routes(of: self) }

    /// Answers a GET of `target`, a path with an optional query. Blocks while SQLite reads.
    /// - Parameter isTrusted: whether the request has the read token.
    public func respond(to target: String, isTrusted: Bool = false) -> ReadResponse {
        guard let url = RequestTarget(target) else {
            return ReadResponse(status: 400, code: "invalid", message: "the path is not well-formed")
        }
        for route in routes {
            guard let values = url.match(route.path) else { continue }
            return respond(route, values, url.query, isTrusted: isTrusted).by(route.path)
        }
        return ReadResponse(status: 404, code: "not-found", message: "there is nothing at \(url.path.prefix(200))")
    }

    private func respond(
        _ route: Route, _ values: [String: String], _ query: [(name: String, value: String)], isTrusted: Bool
    ) -> ReadResponse {
        do {
            let request = try ReadRequest(route, path: values, query: query, now: clock.now, isTrusted: isTrusted)
            return ReadResponse(status: 200, body: try pool.read { db in try route.response(to: request, db) })
        } catch ReadError.notFound(let message) {
            return ReadResponse(status: 404, code: "not-found", message: message)
        } catch ReadError.invalid(let message) {
            return ReadResponse(status: 400, code: "invalid", message: message)
        } catch {
            return ReadResponse(failure: error)
        }
    }
}

/// A request's path and query, percent-decoded.
struct RequestTarget {
    let path: String
    let segments: [String]
    let query: [(name: String, value: String)]

    init?(_ target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        guard path.hasPrefix("/") else { return nil }
        var segments: [String] = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let text = Self.decoded(segment, plusIsSpace: false) else { return nil }
            segments.append(text)
        }
        self.segments = segments
        var query: [(name: String, value: String)] = []
        if parts.count == 2 {
            for pair in parts[1].split(separator: "&") {
                let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard let name = Self.decoded(sides[0], plusIsSpace: true),
                    let value = Self.decoded(sides.count == 2 ? sides[1] : "", plusIsSpace: true)
                else { return nil }
                query.append((name, value))
            }
        }
        self.query = query
    }

    /// The values of the names in braces, or nil if the path is another one. What stands for a name is an id: nothing has another one.
    func match(_ pattern: String) -> [String: String]? {
        let parts = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (part, segment) in zip(parts, segments) {
            if part.hasPrefix("{") {
                guard Identifier.isValid(segment) else { return nil }
                values[String(part.dropFirst().dropLast())] = segment
            } else if part != segment {
                return nil
            }
        }
        return values
    }

    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? { Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) } }
}
