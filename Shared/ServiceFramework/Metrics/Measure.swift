public import GRDB
import Synchronization

/// A metric of a service's own facts, computed from its store when the page is asked for: nothing of it is kept up while messages are handled.
public struct Measure: Sendable {
    public let metric: Metric
    /// `SELECT label…, value`, one row for each combination of labels. Money and units are summed by `total`, which never overflows.
    let sql: String
    /// For facts that are only ever added: `SELECT` of the highest number. `sql` then sums those from `:after` (exclusive) to `:upTo`, so that each
    /// is read once in the life of the process, however many there are.
    let highest: String?

    /// A state of now, for tables that are small or indexed for it.
    public static func now(_ metric: Metric, _ sql: String) -> Measure { Measure(metric: metric, sql: sql, highest: nil) }

    /// A sum over a table whose rows are only added, numbered upwards.
    public static func growing(_ metric: Metric, highest: String, _ sql: String) -> Measure {
        precondition(metric.kind == .counter, "\(metric.name) cannot shrink: it is a counter")
        return Measure(metric: metric, sql: sql, highest: highest)
    }
}

/// Computes the measures of a service, and remembers what the growing ones have summed.
public final class MeasureReader: Sendable {
    public typealias Sample = (labels: [String], value: Double)

    private struct Sum {
        var through: Int64 = 0
        var values: [[String]: Double] = [:]
    }

    public let measures: [Measure]
    private let sums = Mutex<[String: Sum]>([:])

    public init(_ measures: [Measure]) { self.measures = measures }

    /// The samples of each measure, all from one snapshot.
    public func read(_ db: Database) throws -> [(metric: Metric, samples: [Sample])] {
        // Held while SQLite reads: two pages at once would sum the same rows twice.
        try sums.withLock { sums in
            try measures.map { measure in
                guard let highest = measure.highest else { return (measure.metric, try Self.rows(db, measure, [:])) }
                var sum = sums[measure.metric.name] ?? Sum()
                let upTo = try Int64.fetchOne(db, sql: highest) ?? 0
                if upTo > sum.through {
                    for row in try Self.rows(db, measure, ["after": sum.through, "upTo": upTo]) {
                        sum.values[row.labels, default: 0] += row.value
                    }
                    sum.through = upTo
                    sums[measure.metric.name] = sum
                }
                if sum.values.isEmpty, measure.metric.labels.isEmpty { sum.values[[]] = 0 }
                return (measure.metric, sum.values.map { ($0.key, $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) })
            }
        }
    }

    private static func rows(_ db: Database, _ measure: Measure, _ arguments: [String: Int64]) throws -> [Sample] {
        try Row.fetchAll(db, sql: measure.sql, arguments: StatementArguments(arguments)).map { row in
            let labels = measure.metric.labels.indices.map { (row[$0] as String?) ?? "" }
            return (labels, (row[labels.count] as Double?) ?? 0)
        }
    }
}
