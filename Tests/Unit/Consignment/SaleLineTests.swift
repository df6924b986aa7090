import ConsignmentDomain
import Primitives
import Testing

/// What refuses an online line, and what is flagged on an offline one.
@Suite struct SaleLineTests {
    private let today: BusinessDate
    private var good: LineFacts

    init() throws {
        today = try day("2026-02-05")
        good = LineFacts(
            product: ProductFacts(sellerId: "s", regency: "53.06", state: .listed, mart: MartDays(openedOn: today), price: Rupiah(25_000)))
    }

    @Test func `a line is refused for the first reason that applies`() throws {
        var line = good
        line.isOfOtherRegency = true
        line.namedLot = .ofOtherProduct
        line.product?.mart = nil
        line.product?.state = .held
        let product = line.product
        line.product = nil
        #expect(LineRefusal.beforeStock(of: line, on: today) == .lotOfOtherProduct)
        line.namedLot = .unknown
        #expect(LineRefusal.beforeStock(of: line, on: today) == .unknownProduct)
        line.product = product
        #expect(LineRefusal.beforeStock(of: line, on: today) == .otherRegency)
        line.isOfOtherRegency = false
        #expect(LineRefusal.beforeStock(of: line, on: today) == .unknownLot)
        line.namedLot = .found
        #expect(LineRefusal.beforeStock(of: line, on: today) == .martNotOpen)
        line.product?.mart = MartDays(openedOn: today)
        #expect(LineRefusal.beforeStock(of: line, on: today) == .notListed)
        line.product?.state = .listed
        #expect(LineRefusal.beforeStock(of: line, on: today) == nil)
        line.product?.listedUntil = today.adding(days: -1)
        #expect(LineRefusal.beforeStock(of: line, on: today) == .notListed)
    }

    @Test func `expired comes before price, and price before short stock`() {
        var line = good
        line.unitPrice = Rupiah(24_999)
        var draw = Draw(wanted: 1)
        draw.meetsExpired = true
        #expect(LineRefusal.ofStock(draw, for: line) == .expired)
        draw.meetsExpired = false
        #expect(LineRefusal.ofStock(draw, for: line) == .priceDiffers)
        line.unitPrice = Rupiah(25_000)
        #expect(LineRefusal.ofStock(draw, for: line) == .outOfStock)
        draw.take(from: [ShelfLot(number: 1, id: "a", onHand: 1)])
        #expect(LineRefusal.ofStock(draw, for: line) == nil)
    }

    @Test func `a line without a price takes the one in force`() {
        var draw = Draw(wanted: 1)
        draw.take(from: [ShelfLot(number: 1, id: "a", onHand: 1)])
        #expect(LineRefusal.ofStock(draw, for: good) == nil)
    }

    @Test func `an offline line is flagged for everything that applies, in the order of the contract`() {
        var line = good
        var draw = Draw(wanted: 2)
        line.unitPrice = Rupiah(1)
        line.product?.state = .withdrawn
        draw.meetsExpired = true
        #expect(OfflineFlags.ofLine(line, draw: draw, on: today) == [.notListed, .outOfStock, .expired, .priceDiffers])
        line.namedLot = .unknown
        #expect(OfflineFlags.ofLine(line, draw: Draw(wanted: 2), on: today) == [.notListed, .priceDiffers, .unknownLot])
        line.product = nil
        #expect(OfflineFlags.ofLine(line, draw: Draw(wanted: 2), on: today) == [.unknownProduct])
    }

    @Test func `each irregularity gives its own flag and no other`() {
        var full = Draw(wanted: 1)
        full.take(from: [ShelfLot(number: 1, id: "a", onHand: 1)])
        var line = good
        line.unitPrice = Rupiah(25_000)
        #expect(OfflineFlags.ofLine(line, draw: full, on: today).isEmpty)
        #expect(OfflineFlags.ofLine(line, draw: Draw(wanted: 1), on: today) == [.outOfStock])
        line.isOfOtherRegency = true
        #expect(OfflineFlags.ofLine(line, draw: full, on: today) == [.notListed])
        line.isOfOtherRegency = false
        line.unitPrice = Rupiah(25_001)
        #expect(OfflineFlags.ofLine(line, draw: full, on: today) == [.priceDiffers])
        line.unitPrice = nil
        full.meetsExpired = true
        #expect(OfflineFlags.ofLine(line, draw: full, on: today) == [.expired])
    }

    @Test func `a till's clock is believed five minutes ahead and thirty days back`() throws {
        let now = try instant("2026-02-05T02:00:00Z")
        #expect(!TillClock.isAhead(try instant("2026-02-05T02:05:00Z"), of: now))
        #expect(TillClock.isAhead(try instant("2026-02-05T02:05:00.001Z"), of: now))
        #expect(!TillClock.isOld(try instant("2026-01-06T02:00:00Z"), at: now))
        #expect(TillClock.isOld(try instant("2026-01-06T01:59:59.999Z"), at: now))
        #expect(OfflineFlags.ofSale(soldAt: now, now: now, isMartOpen: true).isEmpty)
        #expect(
            OfflineFlags.ofSale(soldAt: try instant("2026-02-05T03:00:00Z"), now: now, isMartOpen: false) == [.martNotOpen, .clockSkew])
        #expect(OfflineFlags.ofSale(soldAt: try instant("2025-02-05T03:00:00Z"), now: now, isMartOpen: true) == [.clockSkew])
    }

    @Test func `a union has each flag once, in the order of the contract`() {
        #expect(OfflineFlags.union([]).isEmpty)
        #expect(OfflineFlags.union([[.clockSkew], [.priceDiffers, .clockSkew], [.notListed]]) == [.notListed, .priceDiffers, .clockSkew])
    }
}
