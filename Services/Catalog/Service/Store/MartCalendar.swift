import CatalogDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// Brings marts through their days: they open, close and open again, and their products follow.
struct MartCalendar {
    let evaluator: Evaluator

    /// Does everything that is due for a mart by today, in the order of its days. Its products are judged once, by what came of it.
    func follow(_ regency: String, in tx: Transaction) throws {
        let marts = Marts(tx: tx)
        guard var mart = try marts.find(regency) else { return }
        let wasOpen = mart.life.state == .open
        var cause = tx.cause
        while let step = mart.life.step(by: tx.today) {
            switch step {
            case .opens:
                try marts.open(regency)
                try tx.publish(
                    MartOpened.with {
                        $0.regency = regency
                        $0.martName = mart.name
                        $0.openedOn = mart.life.openedOn
                    })
            case .drops(let planned): try marts.end(planned, isDone: false)
            case .takesEffect(let planned):
                guard let given = try marts.given(planned) else { continue }
                try marts.end(planned, isDone: true)
                // Brought by the calendar, but still found by whoever asks what became of the command.
                cause = .clock(tx.today, correlationId: given.correlationId)
                try tx.with(cause: cause) { try carryOut(given, on: &mart, in: tx) }
            }
        }
        guard wasOpen != (mart.life.state == .open) else { return }
        try tx.with(cause: cause) { try evaluator.evaluate(.regency(regency), in: tx) }
    }

    /// Judges an order and, if it may be, carries it out today or keeps it for its day.
    func give(_ given: GivenOrder, about regency: String?, in tx: Transaction) throws -> Outcome {
        guard let regency else { return .rejected(.missingRegency) }
        let marts = Marts(tx: tx)
        switch MartVerdict.judge(given.order, try marts.find(regency)?.life, effectiveOn: given.effectiveOn, today: tx.today) {
        case .alreadyDone: return .duplicate
        case .pastDate: return .rejected(.pastDate(of: given, today: tx.today))
        case .unknownMart: return .rejected(Rejection(.notFound, "regency \(regency) has no mart", field: "regency"))
        case .wrongState(let state):
            let message =
                "the mart of \(regency) is \(state.rawValue) on \(given.effectiveOn), which does not allow it to \(given.order.action.rawValue)"
            return .rejected(Rejection(.wrongState, message))
        case .acceptable: break
        }
        // What was due before comes first, should the day have changed a moment ago.
        try follow(regency, in: tx)
        let isDue = given.effectiveOn <= tx.today
        try marts.add(given, to: regency, isDone: isDue)
        guard isDue, var mart = try marts.find(regency) else { return .done }
        try carryOut(given, on: &mart, in: tx)
        try evaluator.evaluate(.regency(regency), in: tx)
        return .done
    }

    /// The order must be marked as done.
    private func carryOut(_ given: GivenOrder, on mart: inout Mart, in tx: Transaction) throws {
        let marts = Marts(tx: tx)
        switch given.order.action {
        case .close:
            try marts.close(mart.regency, on: given.effectiveOn)
            try tx.publish(
                MartClosed.with {
                    $0.regency = mart.regency
                    $0.closedOn = given.effectiveOn
                    $0.reason = given.reason
                    $0.closedBy = given.by
                })
            mart.closedOn = given.effectiveOn
        case .reopen:
            try marts.open(mart.regency)
            try tx.publish(
                MartReopened.with {
                    $0.regency = mart.regency
                    $0.closedOn = mart.closedOn
                    $0.reopenedOn = given.effectiveOn
                    $0.reason = given.reason
                    $0.reopenedBy = given.by
                })
            mart.closedOn = nil
        }
    }
}

extension Rejection {
    /// Neither the data nor the envelope says where.
    static let missingRegency = Rejection(.invalid, "regency is missing: neither the data nor the envelope has one", field: "regency")

    fileprivate static func pastDate(of given: GivenOrder, today: BusinessDate) -> Rejection {
        let field = given.order.action == .close ? "closedOn" : "reopenedOn"
        return Rejection(.invalid, "\(field) \(given.effectiveOn) is past; today is \(today)", field: field)
    }
}
