import Contracts
import Messaging
import Store

/// `open-mart`: opens a regency's mart, at once or, where its date is still to come, on that date (`OpenMarts`).
struct PlanMart: Handler {
    let evaluator: Evaluator

    func handle(_ command: OpenMart, in tx: Transaction) throws -> Outcome {
        guard let regency = command.regency else { return .rejected(.missingRegency) }
        let marts = Marts(tx: tx)
        try marts.add(regency: regency, name: command.martName, openedOn: command.openedOn)
        guard command.openedOn <= tx.today else { return .done }
        try marts.open(
            MartOpened.with {
                $0.regency = regency
                $0.martName = command.martName
                $0.openedOn = command.openedOn
            })
        try evaluator.evaluate(.regency(regency), in: tx)
        return .done
    }
}

extension Rejection {
    /// Neither the data nor the envelope says where.
    static let missingRegency = Rejection(.invalid, "regency is missing: neither the data nor the envelope has one", field: "regency")
}
