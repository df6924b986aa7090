import GRDB
import Primitives
import ServiceFramework
import StrictJSON

/// The paths of Consignment's read side.
enum ConsignmentReads {
    static let routes =
        [
            ProductReads.one, StockReads.list, LotReads.one, SaleReads.list, SaleReads.one, AbsorptionReads.report,
        ] + ReconciliationReads.routes
}

extension Row {
    func date(_ column: String) -> BusinessDate? { (self[column] as Int64?).map { BusinessDate(day: Int32(truncatingIfNeeded: $0)) } }
    func instant(_ column: String) -> Instant { Instant(milliseconds: self[column]) }
    func text(_ column: String) -> String? { self[column] }
    func int(_ column: String) -> Int64 { self[column] }
}

extension BusinessDate {
    /// As a value of a statement.
    var column: Int64 { Int64(day) }
}
