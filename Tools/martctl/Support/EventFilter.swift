import StrictJSON

/// Which events `tail` shows: all conditions must hold.
struct EventFilter {
    /// `field=value`, and the like.
    struct Condition {
        enum Comparison: String, CaseIterable {
            case notEqual = "!="
            case atLeast = ">="
            case atMost = "<="
            case equal = "="
            case contains = "~"
        }

        let path: [String]
        let comparison: Comparison
        let value: String

        init(_ field: String, equals value: String) { (path, comparison, self.value) = ([field], .equal, value) }

        init(_ text: String) throws {
            // The comparison that stands first in the text; of two at the same place, the longer one.
            let found = Comparison.allCases.compactMap { comparison in
                text.firstRange(of: comparison.rawValue).map { (range: $0, comparison: comparison) }
            }
            let first = found.min { ($0.range.lowerBound, $1.range.upperBound) < ($1.range.lowerBound, $0.range.upperBound) }
            guard let first, first.range.lowerBound > text.startIndex else {
                throw Failure(.usage, "'\(text)' is no condition: field=value, or with != ~ >= <=")
            }
            path = text[..<first.range.lowerBound].split(separator: ".").map(String.init)
            comparison = first.comparison
            value = String(text[first.range.upperBound...])
        }

        func holds(for event: JSONValue) -> Bool {
            let rest = path[...]
            let values = Self.values(event, rest) + (event["data"].map { Self.values($0, rest) } ?? [])
            // Not equal means: to none of them, also where there is none.
            if comparison == .notEqual { return values.allSatisfy { Self.text($0) != value } }
            return values.contains { compare($0) }
        }

        private func compare(_ found: JSONValue) -> Bool {
            switch comparison {
            case .equal: return Self.text(found) == value
            case .notEqual: return Self.text(found) != value
            case .contains: return Self.text(found).lowercased().contains(value.lowercased())
            case .atLeast, .atMost:
                let isAtLeast =
                    if let number = found.int64, let limit = Int64(value) { number >= limit } else { Self.text(found) >= value }
                let isEqual = Self.text(found) == value
                return comparison == .atLeast ? isAtLeast : !isAtLeast || isEqual
            }
        }

        /// What stands at the path; lists are entered, so that `lines.productId` is that of each line.
        private static func values(_ value: JSONValue, _ path: ArraySlice<String>) -> [JSONValue] {
            if value.kind == .array { return value.elements.flatMap { values($0, path) } }
            guard let name = path.first else { return [value] }
            return value.member(name).map { values($0, path.dropFirst()) } ?? []
        }

        private static func text(_ value: JSONValue) -> String { value.string ?? String(decoding: value.rawBytes, as: UTF8.self) }
    }

    var conditions: [Condition] = []

    func passes(_ body: [UInt8]) -> Bool {
        if conditions.isEmpty { return true }
        guard let event = try? JSONDocument(parsing: body).root else { return false }
        return conditions.allSatisfy { $0.holds(for: event) }
    }
}
