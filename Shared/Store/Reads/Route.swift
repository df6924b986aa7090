public import GRDB
public import Primitives
public import StrictJSON

/// One path of the read side. It sees a snapshot of the store and changes nothing.
public struct Route: Sendable {
    /// With names in braces: `/v1/products/{id}`.
    public let path: String
    public let summary: String
    public let parameters: [Parameter]
    /// Whether `limit` and `after` are understood.
    public let isList: Bool
    let respond: @Sendable (ReadRequest, Database) throws -> [UInt8]

    /// A query parameter; unknown ones are answered 400.
    public struct Parameter: Sendable {
        public enum Kind: Sendable {
            case text, regency, date, flag
            case integer(ClosedRange<Int64>)
            case choice([String])
        }
        public let name: String
        public let kind: Kind
        public let isRequired: Bool

        public init(_ name: String, _ kind: Kind = .text, required: Bool = false) {
            self.name = name
            self.kind = kind
            isRequired = required
        }
    }

    /// One thing. `respond` writes one JSON value, or throws `ReadError.notFound`.
    public static func get(
        _ path: String, _ summary: String, _ parameters: [Parameter] = [],
        respond: @escaping @Sendable (ReadRequest, Database, inout JSONWriter) throws -> Void
    ) -> Route {
        Route(path: path, summary: summary, parameters: parameters, isList: false) { request, db in
            var json = JSONWriter()
            try respond(request, db, &json)
            return json.bytes
        }
    }

    /// A list, ordered by id, answered as `{"items": […], "next": "…"|null}`. `rows` gives up to `request.limit + 1` items with an id
    /// greater than `request.after` (all, where that is nil), ordered by id.
    public static func list<Item>(
        _ path: String, _ summary: String, _ parameters: [Parameter] = [],
        rows: @escaping @Sendable (ReadRequest, Database) throws -> [Item], id: @escaping @Sendable (Item) -> String,
        write: @escaping @Sendable (Item, inout JSONWriter) throws -> Void
    ) -> Route {
        Route(path: path, summary: summary, parameters: parameters, isList: true) { request, db in
            let items = try rows(request, db)
            let page = items.prefix(request.limit)
            return try JSONWriter.object { json in
                try json.array("items", page) { try write($1, &$0) }
                json.key("next")
                if items.count > page.count, let last = page.last { json.string(id(last)) } else { json.null() }
            }
        }
    }

    public func response(to request: ReadRequest, _ db: Database) throws -> [UInt8] { try respond(request, db) }
}

/// A checked request: every parameter is of its kind.
public struct ReadRequest: Sendable {
    public static let defaultLimit = 50
    public static let maximumLimit = 500

    let path: [String: String]
    let query: [String: String]
    public let limit: Int
    /// Items after this id are wanted; nil: from the first.
    public let after: String?
    /// Business time of the request.
    public let now: Instant
    public var today: BusinessDate { BusinessDate(now) }

    /// Checks `query` against the route; throws `ReadError.invalid`.
    public init(_ route: Route, path: [String: String], query: [(name: String, value: String)], now: Instant) throws {
        var known: [String: String] = [:]
        var limit = Self.defaultLimit
        var after: String?
        for (name, value) in query {
            if known[name] != nil { throw ReadError.invalid("the parameter \(name) is there twice") }
            if route.isList, name == "limit" {
                guard let number = Int(value), (1...Self.maximumLimit).contains(number) else {
                    throw ReadError.invalid("limit must be a number from 1 to \(Self.maximumLimit)")
                }
                limit = number
            } else if route.isList, name == "after" {
                guard !value.isEmpty, value.utf8.count <= 200 else {
                    throw ReadError.invalid("after must be the next of an earlier answer")
                }
                after = value
            } else {
                guard let parameter = route.parameters.first(where: { $0.name == name }) else {
                    throw ReadError.invalid("unknown parameter \(name.prefix(50))")
                }
                try parameter.check(value)
            }
            known[name] = value
        }
        for parameter in route.parameters where parameter.isRequired && known[parameter.name] == nil {
            throw ReadError.invalid("the parameter \(parameter.name) is missing")
        }
        self.path = path
        self.query = known
        self.limit = limit
        self.after = after
        self.now = now
    }

    /// The part of the path that the route names in braces.
    public func pathValue(_ name: String) -> String { path[name] ?? "" }
    public func text(_ name: String) -> String? { query[name] }
    public func integer(_ name: String) -> Int64? { query[name].flatMap { Int64($0) } }
    public func date(_ name: String) -> BusinessDate? { query[name].flatMap { BusinessDate($0) } }
    public func flag(_ name: String) -> Bool? { query[name].map { $0 == "true" } }
}

/// Why a request gets no data.
public enum ReadError: Error, Sendable {
    /// 404 `not-found`.
    case notFound(String)
    /// 400 `invalid`.
    case invalid(String)
}

extension Route.Parameter {
    func check(_ value: String) throws {
        switch kind {
        case .text:
            guard (1...500).contains(value.unicodeScalars.count) else { throw ReadError.invalid("\(name) must have 1 to 500 characters") }
        case .regency:
            guard Regency.isValid(value) else { throw ReadError.invalid("\(name) must be one of the 22 regencies' codes, e.g. 53.06") }
        case .date:
            guard BusinessDate(value) != nil else { throw ReadError.invalid("\(name) must be a date YYYY-MM-DD") }
        case .flag:
            guard value == "true" || value == "false" else { throw ReadError.invalid("\(name) must be true or false") }
        case .integer(let range):
            guard let number = Int64(value), range.contains(number) else {
                throw ReadError.invalid("\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
        case .choice(let words):
            guard words.contains(value) else { throw ReadError.invalid("\(name) must be one of \(words.joined(separator: ", "))") }
        }
    }
}
