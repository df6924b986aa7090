public import ServiceFramework

/// The text format of Prometheus, version 0.0.4.
public struct MetricsPage {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let service: String
    public private(set) var text = ""

    public init(service: String) { self.service = service }

    /// Samples of a counter or gauge, each with the values of the metric's labels in their order. Empty labels are left out, for to Prometheus
    /// they are the same as none.
    public mutating func add(_ metric: Metric, _ samples: [(labels: [String], value: Double)]) {
        precondition(metric.kind != .histogram, "\(metric.name) is a histogram")
        head(metric)
        for sample in samples { line(metric.name, labels(metric, sample.labels), sample.value) }
    }

    public mutating func add(_ metric: Metric, _ value: Double) { add(metric, [([], value)]) }

    public mutating func add(_ metric: Metric, _ samples: [(labels: [String], value: Histogram)]) {
        head(metric)
        for sample in samples {
            let common = labels(metric, sample.labels)
            var total: Int64 = 0
            for (count, bound) in zip(sample.value.counts, sample.value.bounds.map(Self.number) + ["+Inf"]) {
                total += count
                line("\(metric.name)_bucket", common + [("le", bound)], Double(total))
            }
            line("\(metric.name)_sum", common, sample.value.sum)
            line("\(metric.name)_count", common, Double(total))
        }
    }

    private mutating func head(_ metric: Metric) {
        text += "# HELP \(metric.name) \(Self.escaped(metric.help, quote: false))\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"
    }

    private func labels(_ metric: Metric, _ values: [String]) -> [(String, String)] {
        precondition(values.count == metric.labels.count, "\(metric.name) has the labels \(metric.labels)")
        return [("service", service)] + zip(metric.labels, values).filter { !$1.isEmpty }
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
        let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1, quote: true))\"" }.joined(separator: ",")
        text += "\(name){\(pairs)} \(Self.number(value))\n"
    }

    static func escaped(_ value: String, quote: Bool) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whole numbers without a fraction, for rupiah are counted, not measured.
    static func number(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}
