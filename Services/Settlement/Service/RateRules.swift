import Contracts
import Primitives
import SettlementDomain
import StrictJSON

/// The part of `MART_RULES` that is about settlement: `{"rates": [{"validFrom": "2026-01-01", "percent": 10}]}`.
struct RateRules: Record {
    struct Row: Record {
        var validFrom = BusinessDate(day: 0)
        var percent: Int64 = 0

        mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
            try f.date("validFrom", &validFrom)
            try f.integer("percent", &percent, 0...Rate.highestPercent)
        }
    }

    static let maximumRows = 1000

    var rates: [Row] = []

    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) { try f.records("rates", &rates, 0...Self.maximumRows) }

    static func table(from rules: JSONValue?) throws(InvalidData) -> RateTable {
        guard let rules else { return .builtIn }
        let rows = try FieldReader.read(RateRules.self, from: rules).rates
        var table: [RateTable.Row] = []
        for (index, row) in rows.enumerated() {
            guard let rate = Rate(percent: row.percent) else { throw InvalidData("rates[\(index)].percent", "is no rate") }
            table.append(.init(validFrom: row.validFrom, rate: rate))
        }
        guard let rates = RateTable(table) else { throw InvalidData("rates", "must not have two rows with the same validFrom") }
        return rates
    }
}
