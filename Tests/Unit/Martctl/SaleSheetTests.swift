import Primitives
import StrictJSON
import Testing

@testable import MartctlKit

/// `show sale`, from the services' answers.
struct SaleSheetTests {
    private static let sale = """
        {"saleId":"s1","regency":"53.06","till":"T1","soldAt":"2026-02-05T02:00:00Z","recordedAt":"2026-02-05T02:00:01Z","tender":"qris",
        "offline":true,"flags":["out-of-stock"],"total":37035,"refunded":12345,"state":"partly-refunded",
        "lines":[{"lineId":"1","productId":"p1","sellerId":"ina","quantity":3,"unitPrice":12345,"net":37035,"flags":["out-of-stock"],
        "unallocated":1,"lots":[{"lotId":"lot-a","quantity":2}],"refunded":1}],
        "refunds":[{"refundId":"r1","refundedAt":"2026-02-05T03:00:00Z","reason":"basi","restock":false,"total":12345,
        "lines":[{"lineId":"1","quantity":1,"refundedBefore":0,"net":12345,"restocked":0}]}],
        "resolutions":[{"resolutionId":"x","lineId":"1","flag":"out-of-stock","note":"counted","resolvedBy":"Maria",
        "resolvedAt":"2026-02-06T02:00:00Z"}]}
        """
    private static let settlement = """
        {"settlementId":"s1","saleId":"s1","postedAt":"2026-02-05T02:00:02Z",
        "lines":[{"lineId":"1","productId":"p1","net":37035,"sellerShare":33332,"martShare":3703}],
        "totals":{"net":37035,"sellerShare":33332,"martShare":3703},
        "reversals":[{"refundId":"r1","postedAt":"2026-02-05T03:00:01Z","lines":[{"lineId":"1","sellerId":"ina","net":12345,
        "sellerShare":11111,"martShare":1234}],"totals":{"net":12345,"sellerShare":11111,"martShare":1234}}],
        "assignments":[{"assignmentId":"a1","lineId":"1","sellerId":"ina","sellerShare":33332,"assignedBy":"Agus",
        "postedAt":"2026-02-05T02:30:00Z"},
        {"assignmentId":"a2","lineId":"1","sellerId":"ama","fromSellerId":"ina","sellerShare":22221,"replaces":"a1","reason":"label",
        "assignedBy":"Agus","approvedBy":"Maria","postedAt":"2026-02-05T04:30:00Z"}]}
        """

    private static func way(_ outcome: String = "accepted", code: String? = nil) throws -> Way {
        let json = try Looks.json("{}")
        func step(_ service: String, _ time: String, _ name: String, _ published: [(String, Int64)] = []) throws -> Way.Step {
            Way.Step(
                service: service, received: try #require(.init(time)), type: "id.nttmart.\(name).v1", outcome: outcome, code: code,
                published: published.map { (name: $0.0, sequence: $0.1) }, json: json)
        }
        return Way(steps: [
            try step("consignment", "2026-02-05T02:00:00.120Z", "consignment.record-sale", [("consignment.sale-recorded", 1207)]),
            try step("settlement", "2026-02-05T02:00:00.180Z", "consignment.sale-recorded", [("settlement.settlement-posted", 23)]),
        ])
    }

    @Test func `everything about a sale is on the screen, in 80 columns`() throws {
        let sheet = SaleSheet("s1", sale: try Looks.json(Self.sale), settlement: try Looks.json(Self.settlement), way: try Self.way())
        let text = sheet.text
        for word in [
            "after the till was cut off", "partly-refunded", "from lot-a", "from no lot", "! out-of-stock", "refund r1", "basi",
            "resolved by Maria", "in suspense", "Rp33.332", "Rp3.703", "reversal of refund r1", "Rp11.111", "assigned to ina, by Agus",
            "assigned to ama from ina", "approved by Maria",
            "2026-02-05 10:00:00 WITA",
        ] { #expect(text.contains(word), "\(word) is missing in\n\(text)") }
        for line in (text + "\n" + sheet.way.text()).split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test func `the way says who took what when, and what followed`() throws {
        let lines = try Self.way().text().split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(
            lines[2...] == [
                "2026-02-05", "10:00:00.120 consignment record-sale accepted", "→ sale-recorded #1.207",
                "10:00:00.180 settlement consignment.sale-recorded accepted", "→ settlement-posted #23",
            ])
        #expect(try Self.way("rejected", code: "out-of-stock").text().contains("✗ out-of-stock"))
    }

    @Test func `a sale that is not settled says so, and one that nobody knows is unknown`() throws {
        let sheet = SaleSheet("s1", sale: try Looks.json(Self.sale), settlement: nil, way: Way(steps: []))
        #expect(sheet.text.contains("✗ not settled yet"))
        #expect(sheet.isKnown)
        #expect(!SaleSheet("s2", sale: nil, settlement: nil, way: Way(steps: [])).isKnown)
    }

    @Test func `a long way shows its end`() throws {
        let steps = try (0..<50).flatMap { _ in try Self.way().steps }
        let text = Way(steps: steps).text(limit: 10)
        #expect(text.contains("and 90 earlier"))
    }
}
