public import GRDB

/// Sums of the read side: exact, however many large amounts there are. SQLite's own `sum` fails as a whole once it is beyond 64 bits, and a
/// reader would see nothing any more.
public enum WideSum {
    /// Two columns named after `name`, for `Row.sum`: the halves of each value are summed apart.
    /// - Parameter filter: a condition on the rows that count.
    public static func columns(_ expression: String, as name: String, where filter: String? = nil) -> String {
        let filter = filter.map { " FILTER (WHERE \($0))" } ?? ""
        return """
            coalesce(sum((\(expression)) >> 32)\(filter), 0) AS \(name)High, \
            coalesce(sum((\(expression)) & 4294967295)\(filter), 0) AS \(name)Low
            """
    }
}

extension Row {
    /// What `WideSum.columns` has summed.
    public func sum(_ name: String) -> Int128 {
        let (high, low): (Int64, Int64) = (self["\(name)High"], self["\(name)Low"])
        return Int128(high) << 32 + Int128(low)
    }
}
