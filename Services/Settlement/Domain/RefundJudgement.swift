public import Primitives

/// One line of a settled sale, with what earlier refunds took back.
public struct SettledLine: Sendable, Hashable {
    public var lineId: String
    public var productId: String
    /// Whose the line was said to be by the sale; nil where nobody knew.
    public var sellerId: String?
    public var sold: SoldLine
    public var refunded: Int64

    public init(lineId: String, productId: String, sellerId: String?, sold: SoldLine, refunded: Int64) {
        self.lineId = lineId
        self.productId = productId
        self.sellerId = sellerId
        self.sold = sold
        self.refunded = refunded
    }
}

/// What a refund says of one line.
public struct RefundedLine: Sendable, Hashable {
    public var lineId: String
    public var productId: String
    public var sellerId: String?
    public var quantity: Int64
    /// Units that earlier refunds of the line took back, as Consignment knows it.
    public var refundedBefore: Int64
    public var net: Rupiah

    public init(lineId: String, productId: String, sellerId: String?, quantity: Int64, refundedBefore: Int64, net: Rupiah) {
        self.lineId = lineId
        self.productId = productId
        self.sellerId = sellerId
        self.quantity = quantity
        self.refundedBefore = refundedBefore
        self.net = net
    }
}

/// Whether a refund fits its settled sale, in order of precedence.
public enum RefundJudgement: Sendable, Hashable {
    /// It can never fit.
    case misfit(Misfit, lineId: String)
    /// An earlier refund of the line has not been applied yet.
    case early(lineId: String)
    /// What is reversed, line by line in the order of the refund.
    case fits([Split])

    /// Why a line can never fit, in order of precedence.
    public enum Misfit: Int, Sendable, Hashable, CaseIterable {
        case unknownLine, otherProduct, otherSeller, moreThanSold, otherAmount, alreadyTakenBack
    }

    /// Over several lines the earliest misfit of the list wins, then the first line.
    public init(of refund: [RefundedLine], against sale: [SettledLine]) {
        var settled: [String: SettledLine] = [:]
        for line in sale { settled[line.lineId] = line }
        var worst: (misfit: Misfit, lineId: String)?
        var early: String?
        var splits: [Split] = []
        for line in refund {
            switch Self.judge(line, against: settled[line.lineId]) {
            case .misfit(let misfit, let lineId):
                if worst.map({ misfit.rawValue < $0.misfit.rawValue }) ?? true { worst = (misfit, lineId) }
            case .early(let lineId): early = early ?? lineId
            case .fits(let split): splits += split
            }
        }
        if let worst {
            self = .misfit(worst.misfit, lineId: worst.lineId)
        } else if let early {
            self = .early(lineId: early)
        } else {
            self = .fits(splits)
        }
    }

    private static func judge(_ line: RefundedLine, against settled: SettledLine?) -> RefundJudgement {
        guard let settled else { return .misfit(.unknownLine, lineId: line.lineId) }
        if line.productId != settled.productId { return .misfit(.otherProduct, lineId: line.lineId) }
        // A line in suspense may have found its seller in the meantime; what the refund says then says nothing against it.
        if let stated = line.sellerId, let known = settled.sellerId, stated != known { return .misfit(.otherSeller, lineId: line.lineId) }
        let (after, overflow) = line.refundedBefore.addingReportingOverflow(line.quantity)
        guard !overflow, line.refundedBefore >= 0, line.quantity >= 1, after <= settled.sold.quantity else {
            return .misfit(.moreThanSold, lineId: line.lineId)
        }
        let split = settled.sold.reversal(from: line.refundedBefore, to: after)
        if split.net != line.net { return .misfit(.otherAmount, lineId: line.lineId) }
        if line.refundedBefore < settled.refunded { return .misfit(.alreadyTakenBack, lineId: line.lineId) }
        return line.refundedBefore == settled.refunded ? .fits([split]) : .early(lineId: line.lineId)
    }
}

extension RefundJudgement.Misfit: CustomStringConvertible {
    /// The end of a sentence that begins with the line.
    public var description: String {
        switch self {
        case .unknownLine: "is no line of the sale"
        case .otherProduct: "is of another product than was sold"
        case .otherSeller: "is of another seller than was settled"
        case .moreThanSold: "takes back more than was sold"
        case .otherAmount: "takes back another amount than the units taken back are worth"
        case .alreadyTakenBack: "takes back units that another refund took back"
        }
    }
}
