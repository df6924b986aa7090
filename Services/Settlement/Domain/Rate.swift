public import Primitives

/// The part of a sale that the mart keeps, in whole percent.
public struct Rate: Sendable, Hashable {
    /// Above it, the seller would get less than the 90 % that the mart promises.
    public static let highestPercent: Int64 = 10
    public static let standard = Rate(known: 10)

    public let percent: Int64

    private init(known percent: Int64) { self.percent = percent }

    /// Nil unless `percent` is between 0 and 10.
    public init?(percent: Int64) {
        guard (0...Self.highestPercent).contains(percent) else { return nil }
        self.init(known: percent)
    }
}

/// Which rate holds on which business date.
public struct RateTable: Sendable, Hashable {
    public struct Row: Sendable, Hashable {
        /// First business date on which the rate holds; it does so until the next row's date.
        public var validFrom: BusinessDate
        public var rate: Rate

        public init(validFrom: BusinessDate, rate: Rate) {
            self.validFrom = validFrom
            self.rate = rate
        }
    }

    /// The standard rate on every date.
    public static let builtIn = RateTable(sorted: [])

    /// Latest first: the date asked for is nearly always today.
    private let rows: [Row]

    private init(sorted rows: [Row]) { self.rows = rows }

    /// Nil if two rows begin on the same date.
    public init?(_ rows: [Row]) {
        guard Set(rows.map(\.validFrom)).count == rows.count else { return nil }
        self.init(sorted: rows.sorted { $0.validFrom > $1.validFrom })
    }

    /// The rate of a posting made on `date`; the standard rate before the first row.
    public func rate(on date: BusinessDate) -> Rate {
        for row in rows where row.validFrom <= date { return row.rate }
        return .standard
    }
}
