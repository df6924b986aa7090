public import Primitives

/// One demand on a product: a permit of any of these kinds satisfies it. Written `spp-irt`, or `nib|school-letter`.
public struct Requirement: Sendable, Hashable, CustomStringConvertible {
    /// Never empty.
    public let alternatives: [PermitKind]

    public init(_ first: PermitKind, or others: PermitKind...) { alternatives = [first] + others }

    /// Nil unless `text` is kinds joined by bars.
    public init?(_ text: String) {
        var kinds: [PermitKind] = []
        for word in text.split(separator: "|", omittingEmptySubsequences: false) {
            guard let kind = PermitKind(rawValue: String(word)), !kinds.contains(kind) else { return nil }
            kinds.append(kind)
        }
        alternatives = kinds
    }

    public var description: String { alternatives.map(\.rawValue).joined(separator: "|") }

    public func isSatisfied(by permits: [Permit], on date: BusinessDate) -> Bool {
        permits.contains { alternatives.contains($0.kind) && $0.isInForce(on: date) }
    }
}
