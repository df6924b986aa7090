import CatalogDomain
import Primitives
import ServiceFramework
import Storage

/// Judges every product again when the service starts with another requirement table than it last ran with.
struct ApplyRules: Timer {
    let name = "apply-rules"
    let evaluator: Evaluator

    private static let applied = SQL("SELECT rules FROM appliedRules")
    private static let save = SQL("INSERT INTO appliedRules VALUES (1, ?) ON CONFLICT DO UPDATE SET rules = excluded.rules")

    func fire(in tx: Transaction) throws -> Bool {
        let rules = evaluator.rules.description
        if try tx.first(Self.applied, read: { $0.text(0) }) == rules { return false }
        try tx.execute(Self.save, rules)
        try evaluator.evaluate(.everything, in: tx)
        return false
    }
}
