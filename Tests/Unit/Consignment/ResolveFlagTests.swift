import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// `resolve-flag`: a person has looked at an offline sale that was irregular.
@Suite struct ResolveFlagTests {
    private typealias Mart = MartFixture

    /// An offline sale: its lines 1 and 2 cost too little, 2 names a lot that nobody knows, 3 is as it should be.
    private func flagged() throws -> Mart {
        let mart = try Mart(stock: 9)
        try mart.sell(
            "f", Mart.line("1", 1, at: 1), Mart.line("2", 1, at: 1, from: "lot-9"), Mart.line("3", 1, at: 25_000), offline: true)
        _ = try mart.harness.takePublished()
        return mart
    }

    @Test func `a flag is resolved for the sale as a whole`() throws {
        let mart = try flagged()
        let reply = try mart.resolve("v1", .priceDiffers, of: "f", note: "the old price list")
        #expect(reply.status == .accepted)
        #expect(reply.subject == "f")
        let event = try #require(try mart.harness.takePublished().first)
        #expect(event.routingKey == "consignment.flag-resolved.53.06")
        #expect(event.subject == "f")
        #expect(
            event.data.written
                == #"{"resolutionId":"v1","saleId":"f","regency":"53.06","flag":"price-differs","note":"the old price list","#
                + #""resolvedBy":"Maria","resolvedAt":"2026-02-05T02:00:00Z"}"#)
        for line in ["1", "2", nil] { #expect(try mart.resolve("v2", .priceDiffers, of: "f", line: line).code == .wrongState) }
    }

    @Test func `a flag is resolved line by line, and then for what is left`() throws {
        let mart = try flagged()
        #expect(try mart.resolve("v1", .priceDiffers, of: "f", line: "1").status == .accepted)
        #expect(try mart.harness.takePublished().first?.data["lineId"]?.string == "1")
        #expect(try mart.resolve("v2", .priceDiffers, of: "f", line: "1").code == .wrongState)
        #expect(try mart.resolve("v2", .priceDiffers, of: "f").status == .accepted)
        #expect(try mart.resolve("v3", .priceDiffers, of: "f", line: "2").code == .wrongState)
        #expect(try mart.resolve("v3", .unknownLot, of: "f", line: "2").status == .accepted)
        #expect(
            try mart.harness.get("/v1/sales/f").body["resolutions"]?.written
                == #"[{"resolutionId":"v1","lineId":"1","flag":"price-differs","note":"seen","resolvedBy":"Maria","#
                + #""resolvedAt":"2026-02-05T02:00:00Z"},"#
                + #"{"resolutionId":"v2","flag":"price-differs","note":"seen","resolvedBy":"Maria","resolvedAt":"2026-02-05T02:00:00Z"},"#
                + #"{"resolutionId":"v3","lineId":"2","flag":"unknown-lot","note":"seen","resolvedBy":"Maria","#
                + #""resolvedAt":"2026-02-05T02:00:00Z"}]"#)
    }

    @Test func `a flag of the whole sale stands on every line`() throws {
        let mart = try Mart(stock: 9)
        try mart.sell("f", Mart.line("1", 1, at: 25_000), Mart.line("2", 1, at: 25_000), soldAt: "2025-12-01T02:00:00Z", offline: true)
        #expect(try mart.resolve("v1", .clockSkew, of: "f", line: "2").status == .accepted)
        #expect(try mart.harness.get("/v1/sales?unresolved=true").body["items"]?.elements.count == 1)
        #expect(try mart.resolve("v2", .clockSkew, of: "f").status == .accepted)
        #expect(try mart.harness.get("/v1/sales?unresolved=true").body["items"]?.elements.isEmpty == true)
    }

    @Test func `an unknown sale or line is not found`() throws {
        let mart = try flagged()
        #expect(try mart.resolve("v1", .priceDiffers, of: "g").code == .notFound)
        let reply = try mart.resolve("v1", .priceDiffers, of: "f", line: "9")
        #expect(reply.code == .notFound)
        #expect(reply.details["lineId"]?.string == "9")
        // Before it is looked at whether anything carries the flag.
        #expect(try mart.resolve("v1", .expired, of: "f", line: "9").code == .notFound)
    }

    @Test func `a flag that the sale or the line does not carry is a wrong state`() throws {
        let mart = try flagged()
        #expect(try mart.resolve("v1", .expired, of: "f").code == .wrongState)
        #expect(try mart.resolve("v1", .unknownLot, of: "f", line: "1").code == .wrongState)
        #expect(try mart.resolve("v1", .priceDiffers, of: "f", line: "3").code == .wrongState)
        try mart.sell("online", Mart.line("1", 1))
        #expect(try mart.resolve("v1", .priceDiffers, of: "online").code == .wrongState)
        // None of these has claimed the key.
        #expect(try mart.resolve("v1", .unknownLot, of: "f").status == .accepted)
    }

    @Test func `a flag that the contract does not know is invalid`() throws {
        let reply = try flagged().harness.send(
            ResolveFlag.name, data: #"{"resolutionId":"v1","saleId":"f","flag":"odd","note":"n","resolvedBy":"Maria"}"#)
        #expect(reply.code == .invalid)
    }

    @Test func `the same again is a duplicate by equal data and a conflict by other data`() throws {
        let mart = try flagged()
        try mart.resolve("v1", .priceDiffers, of: "f")
        #expect(try mart.resolve("v1", .priceDiffers, of: "f").status == .duplicate)
        #expect(try mart.resolve("v1", .priceDiffers, of: "f", note: "seen twice").code == .conflict)
        #expect(try mart.resolve("v1", .unknownLot, of: "f").code == .conflict)
    }

    @Test func `sales are listed by whether somebody must still look at them`() throws {
        let mart = try flagged()
        try mart.sell("online", Mart.line("1", 1))
        func sales(_ query: String) throws -> [String] {
            try mart.harness.get("/v1/sales\(query)").body["items"]?.elements.compactMap { $0["saleId"]?.string } ?? []
        }
        #expect(try sales("?unresolved=true") == ["f"])
        #expect(try sales("?unresolved=false") == ["online"])
        try mart.resolve("v1", .priceDiffers, of: "f")
        #expect(try sales("?unresolved=true") == ["f"])
        try mart.resolve("v2", .unknownLot, of: "f")
        #expect(try sales("?unresolved=true") == [])
        #expect(try sales("?unresolved=false") == ["f", "online"])
        // The flags are facts of the sale: they stay.
        #expect(try sales("?flagged=true&unresolved=false") == ["f"])
        #expect(try sales("?flagged=false&unresolved=true") == [])
        #expect(try mart.harness.get("/v1/sales?unresolved=perhaps").status == 400)
    }
}
