import ConsignmentDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// A sale that will be recorded.
struct JudgedSale {
    /// Lots that one sale may draw from, so that its event stays well below the largest message.
    static let maximumTakes = 5000

    var regency = ""
    var flags: [SaleFlag] = []
    var total = Rupiah.zero
    private(set) var lines: [JudgedLine] = []
    private var takes = 0

    var drawsTooMuch: Bool { takes > Self.maximumTakes }
    static let drawsTooMuch = Rejection(.invalid, "the sale draws from more than \(maximumTakes) lots: divide it", field: "lines")

    mutating func append(_ line: JudgedLine) {
        takes += line.takes.count
        lines.append(line)
    }

    /// Adds flags of the sale itself to every line, and sets the union of all.
    mutating func flag(_ ofSale: [SaleFlag]) {
        if !ofSale.isEmpty {
            for index in lines.indices { lines[index].line.flags = OfflineFlags.union([lines[index].line.flags, ofSale]) }
        }
        flags = OfflineFlags.union(lines.map { $0.line.flags })
    }
}

extension JudgedLine {
    init(_ asked: RecordSale.Line, sellerId: String?, unitPrice: Rupiah, net: Rupiah, flags: [SaleFlag] = [], draw: Draw) {
        line = SaleRecorded.Line.with {
            $0.lineId = asked.lineId
            $0.productId = asked.productId
            $0.sellerId = sellerId
            $0.quantity = asked.quantity
            $0.unitPrice = unitPrice
            $0.net = net
            $0.flags = flags
            $0.unallocated = draw.missing
            $0.lots = draw.takes.map { take in
                SaleRecorded.Lot.with {
                    $0.lotId = take.lotId
                    $0.quantity = take.quantity
                }
            }
        }
        takes = draw.takes
    }
}

extension NamedLot {
    /// - Parameter found: the lot of that name, if there is one.
    init(_ lotId: String?, found: Shelf.Named?, productId: String) {
        if lotId == nil {
            self = .none
        } else if let found {
            self = found.productId == productId ? .found : .ofOtherProduct
        } else {
            self = .unknown
        }
    }
}
