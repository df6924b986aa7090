import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `resolve-flag`: a person has looked at a flagged sale. The flag stays on it; that somebody has seen it stands beside it.
struct ResolveFlagHandler: Handler {
    func handle(_ resolution: ResolveFlag, in tx: Transaction) throws -> Outcome {
        guard let sale = try Sales.find(resolution.saleId, in: tx) else {
            return .rejected(Rejection(.notFound, "sale \(resolution.saleId) is not known here", field: "saleId"))
        }
        var place = "sale \(resolution.saleId)"
        if let lineId = resolution.lineId {
            if try Sales.line(lineId, of: sale.number, in: tx) == nil {
                return .rejected(Rejection(.notFound, "\(place) has no line \(lineId)", field: "lineId", lineId: lineId))
            }
            place = "line \(lineId) of \(place)"
        }
        let carrying = try Resolutions.lines(carrying: resolution.flag, of: sale.number, in: tx)
            .filter { resolution.lineId == nil || $0.lineId == resolution.lineId }
        let open = carrying.filter { !$0.isResolved }
        if open.isEmpty {
            let why = carrying.isEmpty ? "is not flagged \(resolution.flag.rawValue)" : "is resolved already"
            return .rejected(Rejection(.wrongState, "\(place) \(why)", field: "flag", lineId: resolution.lineId))
        }
        let resolved = FlagResolved.with {
            $0.resolutionId = resolution.resolutionId
            $0.saleId = resolution.saleId
            $0.regency = sale.regency
            $0.lineId = resolution.lineId
            $0.flag = resolution.flag
            $0.note = resolution.note
            $0.resolvedBy = resolution.resolvedBy
            $0.resolvedAt = tx.now
        }
        try Resolutions.record(resolved, of: sale.number, lines: open.map { $0.lineId }, in: tx)
        try tx.publish(resolved)
        return .done
    }
}
