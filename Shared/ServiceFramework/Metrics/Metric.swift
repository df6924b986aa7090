/// One metric: declared once, rendered on `/metrics`, described in `docs/metrics.md`.
public struct Metric: Sendable {
    public enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// As Prometheus shows it; a counter ends in `_total`.
    public let name: String
    public let kind: Kind
    /// What one unit of the value is, in words: `seconds`, `messages`, `rupiah`.
    public let unit: String
    public let help: String
    /// Besides `service`, which every sample has.
    public let labels: [String]
    /// Upper bounds of a histogram's buckets.
    public let bounds: [Double]

    public static func counter(_ name: String, _ unit: String, by labels: [String] = [], _ help: String) -> Metric {
        Metric(name: name, kind: .counter, unit: unit, help: help, labels: labels, bounds: [])
    }

    public static func gauge(_ name: String, _ unit: String, by labels: [String] = [], _ help: String) -> Metric {
        Metric(name: name, kind: .gauge, unit: unit, help: help, labels: labels, bounds: [])
    }

    public static func histogram(_ name: String, _ unit: String, by labels: [String] = [], bounds: [Double], _ help: String) -> Metric {
        Metric(name: name, kind: .histogram, unit: unit, help: help, labels: labels, bounds: bounds)
    }
}
