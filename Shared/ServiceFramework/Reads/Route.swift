public import GRDB
public import Primitives
public import StrictJSON

/// One path of the read side. It sees a snapshot of the store and changes nothing.
public struct Route: Sendable {
    /// With names in braces: `/v1/products/{id}`.
    public let path: String
    public let summary: String
    public let parameters: [Parameter]
    /// What `after` must be, where `limit` and `after` are understood.
    public let after: Parameter.Kind?
    public var isList: Bool { after != nil }
    let respond: @Sendable (ReadRequest, Database) throws -> [UInt8]

    /// A query parameter; unknown ones are answered 400.
    public struct Parameter: Sendable {
        public enum Kind: Sendable {
            case text, id, regency, date, flag
            /// Words to look for in names; `SearchText` says what counts.
            case search
            /// Two ids, joined by a slash.
            case idPair
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
        Route(path: path, summary: summary, parameters: parameters, after: nil) { request, db in
            var json = JSONWriter()
            try respond(request, db, &json)
            return json.bytes
        }
    }

    /// A list, ordered by id, answered as `{"items": […], "next": "…"|null}`. `rows` gives up to `request.limit + 1` items with an id
    /// greater than `request.after` (all, where that is nil), ordered by id.
    /// - Parameter after: of what kind the ids are.
    public static func list<Item>(
        _ path: String, _ summary: String, _ parameters: [Parameter] = [], after: Parameter.Kind = .id,
        rows: @escaping @Sendable (ReadRequest, Database) throws -> [Item], id: @escaping @Sendable (Item) -> String,
        write: @escaping @Sendable (Item, inout JSONWriter) throws -> Void
    ) -> Route {
        Route(path: path, summary: summary, parameters: parameters, after: after) { request, db in
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
    /// Whether who asks has shown the read token, and may see phone and account numbers whole.
    public let isTrusted: Bool

    /// Checks `query` against the route; throws `ReadError.invalid`.
    public init(_ route: Route, path: [String: String], query: [(name: String, value: String)], now: Instant, isTrusted: Bool = false)
        throws
    {
        self.isTrusted = isTrusted
        var known: [String: String] = [:]
        var limit = Self.defaultLimit
        var after: String?
        for (name, value) in query {
            if known[name] != nil { throw ReadError.invalid("the parameter \(name.prefix(50)) is there twice") }
            if route.isList, name == Self.limit.name {
                try Self.limit.check(value)
                limit = Int(value) ?? limit
            } else if name == "after", let kind = route.after {
                guard kind.fault(of: value) == nil else { throw ReadError.invalid("after must be the next of an earlier answer") }
                after = value
            } else {
                guard let parameter = route.parameters.first(where: { $0.name == name }) else {
                    throw ReadError.invalid("unknown parameter \(name.prefix(50)); \(route.parameterNames)")
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

    private static let limit = Route.Parameter("limit", .integer(1...Int64(maximumLimit)))

    /// The part of the path that the route names in braces; an id.
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

extension Route {
    /// The end of a sentence about a parameter that is none of them.
    fileprivate var parameterNames: String {
        let names = parameters.map(\.name) + (isList ? ["limit", "after"] : [])
        return names.isEmpty ? "this path takes none" : "this path takes \(names.joined(separator: ", "))"
    }
}

extension Route.Parameter {
    func check(_ value: String) throws {
        if let fault = kind.fault(of: value) { throw ReadError.invalid("\(name) must be \(fault)") }
    }
}

extension Route.Parameter.Kind {
    /// What `value` ought to be, unless it is.
    func fault(of value: String) -> String? {
        switch self {
        case .text: Self.saysSomething(value) ? nil : "a text of 1 to 500 characters that says something, without control characters"
        case .search:
            SearchText.words(of: value).isEmpty || !Self.saysSomething(value) ? "1 to 500 characters with a word to look for" : nil
        case .id: Identifier.isValid(value) ? nil : "an id: 1 to 64 of A-Z a-z 0-9 . _ : -"
        case .idPair:
            value.split(separator: "/", omittingEmptySubsequences: false).map { Identifier.isValid(String($0)) } == [true, true]
                ? nil : "two ids joined by a slash"
        case .regency: Regency.isValid(value) ? nil : "one of the 22 regencies' codes, \(Regency.all.map(\.code).joined(separator: ", "))"
        case .date: BusinessDate(value) != nil ? nil : "a date YYYY-MM-DD"
        case .flag: value == "true" || value == "false" ? nil : "true or false"
        case .integer(let range):
            // Written plainly: `+5`, `007` and `-0` are none of ours.
            Int64(value).map { range.contains($0) && "\($0)" == value } == true
                ? nil : "a number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): words.contains(value) ? nil : "one of \(words.joined(separator: ", "))"
        }
    }

    /// What a command may say can be asked for. U+0000 never: SQLite would take it for the end.
    private static func saysSomething(_ text: String) -> Bool {
        (1...500).contains(text.unicodeScalars.count) && TextRule.prose.fault(in: text) == nil
    }
}
