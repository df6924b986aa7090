import ConsignmentDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `record-sale`: units leave the shelf against money. An online sale is asked for, an offline sale has already happened.
///
/// The most frequent message of all: per line one look at the product, one at its lots, one row for the line, and two statements for each
/// lot that gives units. Every line is judged before anything is written.
struct RecordSaleHandler: Handler {
    func handle(_ sale: RecordSale, in tx: Transaction) throws -> Outcome {
        let judged: JudgedSale
        switch try sale.offline ? OfflineJudge.judge(sale, in: tx) : OnlineJudge.judge(sale, in: tx) {
        case .failure(let rejection): return .rejected(rejection)
        case .success(let sale): judged = sale
        }
        let recorded = SaleRecorded.with {
            $0.saleId = sale.saleId
            $0.regency = judged.regency
            $0.till = sale.till
            $0.soldAt = sale.soldAt
            $0.tender = sale.tender
            $0.offline = sale.offline
            $0.flags = judged.flags
            $0.lines = judged.lines.map { $0.line }
            $0.total = judged.total
        }
        try Sales.record(recorded, judged.lines, in: tx)
        try tx.publish(recorded)
        return .done
    }
}
