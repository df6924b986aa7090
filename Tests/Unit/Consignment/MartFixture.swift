import ConsignmentService
import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON

/// Consignment in a temporary folder, and the words that its tests use. Unless said otherwise it is 5 February 2026, 10:00 in WITA, and
/// everything happens in Flores Timur, 53.06.
struct MartFixture {
    static let morning = "2026-02-05T02:00:00Z"
    let harness: ServiceHarness

    init(harness: ServiceHarness) { self.harness = harness }

    init(now: String = morning) throws { harness = try ServiceHarness(ConsignmentService.definition(), now: now) }

    /// A fixture in which the product `kopi` is listed at Rp25.000, with lots of these quantities: `lot-1`, `lot-2` …
    init(stock quantities: Int64..., now: String = morning) throws {
        try self.init(now: now)
        try list()
        for (index, quantity) in quantities.enumerated() { try receive("lot-\(index + 1)", quantity) }
        _ = try harness.takePublished()
    }

    /// A fixture in which the product `kopi` is listed at Rp25.000 and nothing of it is there.
    static func listing(now: String = morning) throws -> MartFixture {
        let mart = try MartFixture(now: now)
        try mart.list()
        return mart
    }

    // MARK: Events of the catalog

    @discardableResult
    func open(_ regency: String = "53.06", on date: String = "2026-02-05") throws -> RecordedOutcome {
        try harness.receive(
            MartOpened.with {
                $0.regency = regency
                $0.martName = "NTT Mart"
                $0.openedOn = try day(date)
            })
    }

    static func registered(
        _ productId: String = "kopi", price: Int64 = 25_000, seller: String = "s1", regency: String = "53.06"
    ) -> ProductRegistered {
        ProductRegistered.with {
            $0.productId = productId
            $0.sellerId = seller
            $0.productName = "Kopi Leworok"
            $0.origin.villageCode = "53.06.07.2005"
            $0.kind = .foodDry
            $0.price = Rupiah(price)
            $0.regency = regency
            $0.requiredPermits = ["nib", "spp-irt"]
        }
    }

    static func listed(
        _ productId: String = "kopi", price: Int64 = 25_000, until: String? = nil, seller: String = "s1", regency: String = "53.06"
    ) throws -> ProductListed {
        try ProductListed.with {
            $0.productId = productId
            $0.sellerId = seller
            $0.regency = regency
            $0.productName = "Kopi Leworok"
            $0.kind = .foodDry
            $0.price = Rupiah(price)
            $0.listedUntil = try until.map(day)
        }
    }

    static func held(_ productId: String = "kopi", missing: [String] = ["spp-irt"], reason: HoldReason = .permitExpired) -> ProductHeld {
        ProductHeld.with {
            $0.productId = productId
            $0.sellerId = "s1"
            $0.regency = "53.06"
            $0.reason = reason
            $0.missingPermits = missing
        }
    }

    static func delisted(_ productId: String = "kopi") -> ProductDelisted {
        ProductDelisted.with {
            $0.productId = productId
            $0.sellerId = "s1"
            $0.regency = "53.06"
            $0.reason = "no longer made"
        }
    }

    static func priceChanged(_ productId: String = "kopi", to price: Int64, from date: String) throws -> PriceChanged {
        try PriceChanged.with {
            $0.productId = productId
            $0.price = Rupiah(price)
            $0.effectiveOn = try day(date)
        }
    }

    @discardableResult
    func list(
        _ productId: String = "kopi", price: Int64 = 25_000, until: String? = nil, seller: String = "s1", regency: String = "53.06",
        sequence: Int64? = nil
    ) throws -> RecordedOutcome {
        try harness.receive(
            Self.listed(productId, price: price, until: until, seller: seller, regency: regency), sequence: sequence)
    }

    // MARK: Commands

    @discardableResult
    func receive(
        _ lotId: String, _ quantity: Int64, of productId: String = "kopi", expiresOn: String? = nil, offered: Int64? = nil,
        refusedReason: String? = nil, regency: String? = nil, envelopeRegency: String? = nil
    ) throws -> TestReply {
        try harness.send(
            ReceiveGoods.with {
                $0.lotId = lotId
                $0.regency = regency
                $0.productId = productId
                $0.quantity = quantity
                $0.offered = offered
                $0.refusedReason = refusedReason
                $0.expiresOn = try expiresOn.map(day)
            }, regency: envelopeRegency)
    }

    static func line(
        _ lineId: String, _ quantity: Int64, of productId: String = "kopi", at unitPrice: Int64? = nil, from lotId: String? = nil
    ) -> RecordSale.Line {
        RecordSale.Line.with {
            $0.lineId = lineId
            $0.productId = productId
            $0.quantity = quantity
            $0.unitPrice = unitPrice.map { Rupiah($0) }
            $0.lotId = lotId
        }
    }

    @discardableResult
    func sell(
        _ saleId: String, _ lines: RecordSale.Line..., soldAt: String = morning, offline: Bool = false, regency: String? = "53.06",
        envelopeRegency: String? = nil, id: String? = nil
    ) throws -> TestReply {
        try harness.send(
            RecordSale.with {
                $0.saleId = saleId
                $0.regency = regency
                $0.till = "till-1"
                $0.soldAt = try instant(soldAt)
                $0.lines = lines
                $0.offline = offline
            }, id: id, regency: envelopeRegency)
    }

    @discardableResult
    func refund(
        _ refundId: String, of saleId: String, _ lines: (lineId: String, quantity: Int64)..., restock: Bool = false
    ) throws -> TestReply {
        try harness.send(
            RefundSale.with {
                $0.refundId = refundId
                $0.saleId = saleId
                $0.lines = lines.map { line in
                    RefundSale.Line.with {
                        $0.lineId = line.lineId
                        $0.quantity = line.quantity
                    }
                }
                $0.reason = "damaged"
                $0.restock = restock
            })
    }

    @discardableResult
    func giveBack(_ returnId: String, _ quantity: Int64, from lotId: String) throws -> TestReply {
        try harness.send(
            ReturnGoods.with {
                $0.returnId = returnId
                $0.lotId = lotId
                $0.quantity = quantity
                $0.reason = "season over"
            })
    }

    @discardableResult
    func writeOff(_ writeOffId: String, _ quantity: Int64, from lotId: String, liability: Liability = .mart) throws -> TestReply {
        try harness.send(
            WriteOffGoods.with {
                $0.writeOffId = writeOffId
                $0.lotId = lotId
                $0.quantity = quantity
                $0.reason = "mice"
                $0.liability = liability
            })
    }

    @discardableResult
    func adjust(
        _ adjustmentId: String, _ difference: Int64, of lotId: String, countedBy: String = "Yosef", approvedBy: String = "Maria"
    ) throws -> TestReply {
        try harness.send(
            AdjustStock.with {
                $0.adjustmentId = adjustmentId
                $0.lotId = lotId
                $0.difference = difference
                $0.reason = "stock-take"
                $0.countedBy = countedBy
                $0.approvedBy = approvedBy
            })
    }

    @discardableResult
    func resolve(
        _ resolutionId: String, _ flag: SaleFlag, of saleId: String, line lineId: String? = nil, note: String = "seen"
    ) throws -> TestReply {
        try harness.send(
            ResolveFlag.with {
                $0.resolutionId = resolutionId
                $0.saleId = saleId
                $0.flag = flag
                $0.lineId = lineId
                $0.note = note
                $0.resolvedBy = "Maria"
            })
    }

    // MARK: What came of it

    /// The one event of that kind published since the last look.
    func published<E: Event>(_ type: E.Type) throws -> E {
        let events = try harness.takePublished().filter { $0.type == E.name.type }
        guard events.count == 1, let event = events.first else { throw Surprise("\(events.count) events \(E.name)") }
        return try event.decode(type)
    }

    func lot(_ lotId: String) throws -> JSONValue { try harness.get("/v1/lots/\(lotId)").body }
    func onHand(_ lotId: String) throws -> Int64? { try lot(lotId)["onHand"]?.int64 }
    func product(_ productId: String = "kopi") throws -> JSONValue { try harness.get("/v1/products/\(productId)").body }
    func price(_ productId: String = "kopi") throws -> Int64? { try product(productId)["price"]?.int64 }

    /// Units that a line took, as `lot:quantity`.
    static func lots(_ line: SaleRecorded.Line?) -> [String] { line?.lots.map { "\($0.lotId):\($0.quantity)" } ?? [] }
}

struct Surprise: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func day(_ text: String) throws -> BusinessDate {
    guard let date = BusinessDate(text) else { throw Surprise("no date: \(text)") }
    return date
}

func permutations(_ values: [Int]) -> [[Int]] {
    guard values.count > 1 else { return [values] }
    return values.flatMap { first in permutations(values.filter { $0 != first }).map { [first] + $0 } }
}

func instant(_ text: String) throws -> Instant {
    guard let instant = Instant(text) else { throw Surprise("no instant: \(text)") }
    return instant
}

extension JSONValue {
    /// The value as it is written.
    var written: String { String(decoding: rawBytes, as: UTF8.self) }
    var strings: [String] { elements.compactMap(\.string) }
}
