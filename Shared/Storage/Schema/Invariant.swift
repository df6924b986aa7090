/// Something that holds in every whole store of a service, and that a backup is checked for.
public struct Invariant: Sendable {
    /// A sentence, e.g. `every posting sums to zero`.
    public let rule: String
    /// SQL that answers one text for each thing that breaks the rule.
    public let violations: String

    public init(_ rule: String, violations: String) {
        self.rule = rule
        self.violations = violations
    }
}
