import Contracts
import Store

/// Opens the marts whose opening date has come.
struct OpenMarts: Timer {
    let name = "open-marts"
    let evaluator: Evaluator

    func fire(in tx: Transaction) throws -> Bool {
        let marts = Marts(tx: tx)
        // One mart at a time: its products follow it in the same transaction.
        let due = try marts.due(on: tx.today)
        guard let mart = due.first else { return false }
        try marts.open(mart)
        try evaluator.evaluate(.regency(mart.regency), in: tx)
        return due.count > 1
    }
}
