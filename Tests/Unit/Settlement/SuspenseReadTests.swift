import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("Lines in suspense, as the read side lists them")
struct SuspenseReadTests {
    private static func places(_ harness: ServiceHarness, _ query: String = "") throws -> [String] {
        try harness.get("/v1/suspense\(query)").body["items"]?.elements.map {
            "\($0["saleId"]?.string ?? "")/\($0["lineId"]?.string ?? "")"
        } ?? ["?"]
    }

    @Test("a line shows what was sold, what came back, and what waits for its seller")
    func line() throws {
        let harness = try AssignSellerTests.settled(Fixture.line(seller: nil, quantity: 3, price: 4_115), Fixture.line("l2", price: 500))
        let line = Fixture.line(seller: nil, quantity: 3, price: 4_115)
        try harness.receive(Fixture.refund("ref-1", Fixture.refundLine(line, 1)))
        let body = try harness.get("/v1/suspense").body
        #expect(
            String(decoding: body.rawBytes, as: UTF8.self)
                == #"{"items":[{"saleId":"sale-1","lineId":"l1","productId":"prd-1","regency":"53.06","net":12345,"refunded":4115,"#
                + #""sellerShare":7407,"postedAt":"2026-02-05T02:00:00Z"}],"next":null}"#)
        #expect(try harness.books()["suspense"] == -7_407)
    }

    @Test("a line leaves the list when it is assigned, and when all of it came back")
    func leaves() throws {
        let lines = ["l1", "l2", "l3"].map { Fixture.line($0, seller: nil, price: 1_000) }
        let harness = try AssignSellerTests.settled(lines[0], lines[1], lines[2])
        try harness.send(Fixture.assign("asg-1", lineId: "l1", to: "sel-z"))
        #expect(try Self.places(harness) == ["sale-1/l2", "sale-1/l3"])
        try harness.send(Fixture.reassign(to: "sel-y"))
        #expect(try Self.places(harness) == ["sale-1/l2", "sale-1/l3"])
        try harness.receive(Fixture.refund("ref-1", Fixture.refundLine(lines[2], 1)))
        #expect(try Self.places(harness) == ["sale-1/l2"])
    }

    @Test("what is listed sums to the account, by regency and in pages")
    func pages() throws {
        let harness = try Fixture.harness()
        for (number, regency) in [(1, "53.06"), (2, "53.01"), (3, "53.06")] {
            let lines = ["b", "a", "c"].map { Fixture.line($0, seller: $0 == "c" ? "sel-a" : nil, price: 1_000) }
            try harness.receive(Fixture.sale("sale-\(number)", regency: regency, lines: lines))
        }
        let all = ["sale-1/a", "sale-1/b", "sale-2/a", "sale-2/b", "sale-3/a", "sale-3/b"]
        #expect(try Self.places(harness) == all)
        #expect(try Self.places(harness, "?regency=53.01") == ["sale-2/a", "sale-2/b"])
        #expect(try harness.books()["suspense"] == -5_400)
        var (seen, query) = ([String](), "?limit=1")
        for _ in all {
            seen += try Self.places(harness, query)
            query = "?limit=1&after=\(try harness.get("/v1/suspense\(query)").body["next"]?.string ?? "")"
        }
        #expect(seen == all)
        #expect(try harness.get("/v1/suspense?limit=6").body["next"]?.isNull == true)
    }

    @Test("what is no place in the list is refused", arguments: ["after=x", "after=a/b/c", "after=%00", "regency=99.99", "sellerId=a"])
    func refused(query: String) throws { #expect(try Fixture.harness().get("/v1/suspense?\(query)").status == 400) }
}
