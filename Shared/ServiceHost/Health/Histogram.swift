public import ServiceFramework

/// Observations counted by buckets. A value: copied when the page is rendered.
public struct Histogram: Sendable {
    public let bounds: [Double]
    /// By bucket, not cumulated; the last has no bound.
    public private(set) var counts: [Int64]
    public private(set) var sum = 0.0

    public init(_ metric: Metric) {
        precondition(metric.kind == .histogram, "\(metric.name) is no histogram")
        bounds = metric.bounds
        counts = Array(repeating: 0, count: metric.bounds.count + 1)
    }

    public mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    public mutating func observe(_ duration: Duration) { observe(duration.inSeconds) }
}

extension Duration {
    public var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
