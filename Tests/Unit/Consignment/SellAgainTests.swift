import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// The answer to a sale was lost, and the till says it again as one that has happened; or what it took for lost comes late.
@Suite struct SellAgainTests {
    private typealias Mart = MartFixture

    /// A mart with stock, and a sale in it as the arguments say; nothing of that is left to look at.
    private static func sold(_ lines: [RecordSale.Line], offline: Bool, regency: String? = "53.06") throws -> MartFixture {
        let mart = try Mart(stock: 100)
        #expect(try say(lines, offline: offline, regency: regency, in: mart).status == .accepted)
        _ = try mart.harness.takePublished()
        return mart
    }

    @discardableResult
    private static func say(
        _ lines: [RecordSale.Line], offline: Bool, regency: String? = "53.06", till: String = "till-1", tender: Tender = .cash,
        soldAt: String = Mart.morning, more: String = "", in mart: MartFixture
    ) throws -> TestReply {
        let sale = try RecordSale.with {
            $0.saleId = "a"
            $0.regency = regency
            $0.till = till
            $0.soldAt = try instant(soldAt)
            $0.lines = lines
            $0.tender = tender
            $0.offline = offline
        }
        let data = String(decoding: FieldWriter.bytes(of: sale), as: UTF8.self)
        return try mart.harness.send(RecordSale.name, data: data.dropLast() + more + "}")
    }

    /// Whether a line states its price, one letter each: `p` it does, `-` it does not.
    private static func lines(_ prices: String) -> [RecordSale.Line] {
        prices.enumerated().map { Mart.line("\($0 + 1)", Int64($0 + 1), at: $1 == "p" ? 25_000 : nil) }
    }

    @Test(arguments: ["-", "p", "--", "-p", "p-", "pp", "p--p-", "----------", "p-p-p-p-p-", "------------", "pppppppppppp"])
    func `an online sale said again offline is a duplicate, whichever lines had stated their price`(prices: String) throws {
        let mart = try Self.sold(Self.lines(prices), offline: false)
        let stated = Self.lines(String(repeating: "p", count: prices.count))
        let reply = try Self.say(stated, offline: true, in: mart)
        #expect(reply.status == .duplicate && reply.code == .ok && reply.subject == "a")
        #expect(try mart.harness.takePublished().isEmpty)
        #expect(try mart.harness.parked.isEmpty)
        #expect(try mart.harness.number("SELECT count(*) FROM sale") == 1)
        #expect(try mart.harness.number("SELECT sum(sold) FROM lot") == Int64(prices.count * (prices.count + 1) / 2))
    }

    @Test(arguments: ["-", "p", "--", "-p", "p--p-", "------------"])
    func `an offline sale that comes online after all is a duplicate`(prices: String) throws {
        let mart = try Self.sold(Self.lines(String(repeating: "p", count: prices.count)), offline: true)
        let reply = try Self.say(Self.lines(prices), offline: false, in: mart)
        #expect(reply.status == .duplicate && reply.code == .ok)
        #expect(try mart.harness.takePublished().isEmpty)
    }

    @Test func `the recorded price counts, not the one of today or the list's`() throws {
        let mart = try Self.sold([Mart.line("1", 1, at: 20_000)], offline: true)
        #expect(try Self.say([Mart.line("1", 1)], offline: false, in: mart).status == .duplicate)
        #expect(try Self.say([Mart.line("1", 1, at: 20_000)], offline: false, in: mart).status == .duplicate)
        #expect(try Self.say([Mart.line("1", 1, at: 25_000)], offline: false, in: mart).code == .conflict)

        let online = try Self.sold([Mart.line("1", 1)], offline: false)
        try online.harness.receive(Mart.priceChanged(to: 30_000, from: "2026-02-05"))
        #expect(try Self.say([Mart.line("1", 1, at: 25_000)], offline: true, in: online).status == .duplicate)
        #expect(try Self.say([Mart.line("1", 1, at: 30_000)], offline: true, in: online).code == .conflict)
    }

    @Test func `the till's own clock does not count`() throws {
        let mart = try Self.sold([Mart.line("1", 1)], offline: false)
        let reply = try Self.say(
            [Mart.line("1", 1, at: 25_000)], offline: true, more: #","sentAt":"2026-02-07T02:00:00Z""#, in: mart)
        #expect(reply.status == .duplicate)
        #expect(
            try Self.say([Mart.line("1", 1)], offline: false, more: #","sentAt":"2026-02-08T02:00:00Z""#, in: mart).status == .duplicate)
    }

    @Test func `a lot that was named, and the regency, must be said again`() throws {
        let named = [Mart.line("1", 1, from: "lot-1")]
        let mart = try Self.sold(named, offline: false)
        #expect(try Self.say([Mart.line("1", 1, at: 25_000, from: "lot-1")], offline: true, in: mart).status == .duplicate)
        #expect(try Self.say([Mart.line("1", 1, at: 25_000)], offline: true, in: mart).code == .conflict)
        #expect(try Self.say([Mart.line("1", 1, at: 25_000, from: "lot-1")], offline: true, regency: nil, in: mart).code == .conflict)

        let unnamed = try Self.sold([Mart.line("1", 1)], offline: false, regency: nil)
        #expect(try Self.say([Mart.line("1", 1, at: 25_000)], offline: true, regency: nil, in: unnamed).status == .duplicate)
        #expect(try Self.say([Mart.line("1", 1, at: 25_000, from: "lot-1")], offline: true, regency: nil, in: unnamed).code == .conflict)
        #expect(try Self.say([Mart.line("1", 1, at: 25_000)], offline: true, in: unnamed).code == .conflict)
    }

    @Test func `whatever else differs is a conflict, and an offline one is kept for a person`() throws {
        let one = [Mart.line("1", 1, at: 25_000)]
        let mart = try Self.sold([Mart.line("1", 1)], offline: false)
        #expect(try Self.say(one, offline: true, till: "till-2", in: mart).code == .conflict)
        #expect(try Self.say(one, offline: true, tender: .qris, in: mart).code == .conflict)
        #expect(try Self.say(one, offline: true, soldAt: "2026-02-05T01:59:59Z", in: mart).code == .conflict)
        #expect(try Self.say([Mart.line("1", 2, at: 25_000)], offline: true, in: mart).code == .conflict)
        #expect(try Self.say([Mart.line("2", 1, at: 25_000)], offline: true, in: mart).code == .conflict)
        #expect(try Self.say([Mart.line("1", 1, of: "teh", at: 25_000)], offline: true, in: mart).code == .conflict)
        #expect(try Self.say(one + [Mart.line("2", 1, at: 25_000)], offline: true, in: mart).code == .conflict)
        #expect(try mart.harness.parked.map(\.reason) == Array(repeating: "conflict", count: 7))
        // Twice online, once with its price and once without, are two different sayings.
        #expect(try Self.say(one, offline: false, in: mart).code == .conflict)
        #expect(try mart.harness.number("SELECT sum(sold) FROM lot") == 1)
    }

    @Test func `lines in another order are another sale`() throws {
        let mart = try Self.sold(Self.lines("--"), offline: false)
        #expect(try Self.say(Self.lines("pp").reversed(), offline: true, in: mart).code == .conflict)
        #expect(try Self.say(Self.lines("pp"), offline: true, in: mart).status == .duplicate)
    }

    @Test func `a sale that was refused online is recorded offline, and is its own from then on`() throws {
        let mart = try Mart(stock: 1)
        #expect(try Self.say([Mart.line("1", 2)], offline: false, in: mart).code == .outOfStock)
        #expect(try Self.say([Mart.line("1", 2, at: 25_000)], offline: true, in: mart).status == .accepted)
        #expect(try Self.say([Mart.line("1", 2)], offline: false, in: mart).status == .duplicate)
    }

    @Test func `one message id for both is a conflict of messages`() throws {
        let mart = try Mart(stock: 10)
        try mart.sell("a", Mart.line("1", 1), id: "m1")
        #expect(try mart.sell("a", Mart.line("1", 1, at: 25_000), offline: true, id: "m1").code == .conflict)
    }
}
