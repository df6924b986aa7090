import Primitives

// One line per row, the same text for the same table: it tells whether the law was changed while the service was down.

extension RequirementTable: CustomStringConvertible {
    public var description: String { (rules.map(\.description) + policies.map(\.description)).joined(separator: "\n") }
}

extension RequirementRule: CustomStringConvertible {
    public var description: String {
        let words = demand.isProhibited ? "prohibited" : demand.requirements.map(\.description).joined(separator: " + ")
        return "\(kind.rawValue): \(words)\(policy.map { " while \($0.rawValue)" } ?? "")\(span)"
    }
}

extension PolicySetting: CustomStringConvertible {
    public var description: String { "policy \(policy.rawValue): \(isOn ? "on" : "off")\(span)" }
}

extension DateSpan: CustomStringConvertible {
    public var description: String { (from.map { " from \($0)" } ?? "") + (until.map { " until \($0)" } ?? "") }
}
