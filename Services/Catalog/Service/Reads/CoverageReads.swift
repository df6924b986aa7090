import CatalogDomain
import GRDB
import Primitives
import ServiceFramework
import StrictJSON

/// `/v1/coverage`: how far the three programmes have come.
enum CoverageReads {
    static let one = Route.get(
        "/v1/coverage", "Villages, schools and communities with a listed product; products by programme and state; marts open",
        [.init("regency", .regency)]
    ) { request, db, json in
        let regency = request.text("regency")
        let villages = Regency.all.filter { regency == nil || $0.code == regency }.map(\.villages).reduce(0, +)
        let scope = Scope(db: db, regency: regency)
        try json.object { json in
            json.member("regency", ifPresent: regency)
            try json.object("villages") { json in
                write(try scope.listed("villageCode"), of: villages, as: "withListedProduct", to: &json)
            }
            try json.object("schools") { json in json.member("withListedProduct", try scope.listed("school")) }
            try json.object("communities") { json in json.member("withListedProduct", try scope.listed("community")) }
            try writeProducts(scope, to: &json)
            if regency == nil {
                try json.object("marts") { json in
                    let open = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM mart WHERE isOpen = 1") ?? 0
                    write(open, of: Regency.all.count, as: "open", to: &json)
                }
            }
        }
    }

    private struct Scope {
        let db: Database
        let regency: String?

        private var condition: String { regency == nil ? "TRUE" : "regency = ?" }
        private var arguments: StatementArguments { regency.map { [$0] } ?? [] }

        /// How many different origins of a column have a listed product. Names that differ only in case or outer spaces are one; the same
        /// name in two regencies is two.
        func listed(_ column: String) throws -> Int {
            try Int.fetchOne(
                db,
                sql: """
                    SELECT COUNT(*) FROM (SELECT DISTINCT regency, lower(trim(\(column))) FROM product
                        WHERE state = 'listed' AND \(column) IS NOT NULL AND \(condition))
                    """,
                arguments: arguments) ?? 0
        }

        func counts() throws -> [String: Int] {
            let rows = try Row.fetchAll(
                db,
                sql:
                    "SELECT programme || ' ' || state AS cell, COUNT(*) AS number FROM product WHERE \(condition) GROUP BY programme, state",
                arguments: arguments)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["cell"], $0["number"]) })
        }
    }

    private static func writeProducts(_ scope: Scope, to json: inout JSONWriter) throws {
        let counts = try scope.counts()
        func count(_ programme: Programme, _ state: ProductState) -> Int { counts["\(programme.rawValue) \(state.rawValue)"] ?? 0 }
        json.object("products") { json in
            json.member("total", counts.values.reduce(0, +))
            json.object("byState") { json in
                for state in ProductState.allCases {
                    json.key(named: state.rawValue)
                    json.int(Programme.allCases.map { count($0, state) }.reduce(0, +))
                }
            }
            json.object("byProgramme") { json in
                for programme in Programme.allCases {
                    json.key(named: programme.rawValue)
                    json.object { json in
                        json.member("total", ProductState.allCases.map { count(programme, $0) }.reduce(0, +))
                        for state in ProductState.allCases {
                            json.key(named: state.rawValue)
                            json.int(count(programme, state))
                        }
                    }
                }
            }
        }
    }

    /// A number, what it is of, and their ratio: null where there is nothing to be a part of.
    private static func write(_ part: Int, of whole: Int, as name: StaticString, to json: inout JSONWriter) {
        json.member(name, part)
        json.member("total", whole)
        json.key("ratio")
        if whole == 0 { json.null() } else { json.ratio(Double(part) / Double(whole)) }
    }
}
