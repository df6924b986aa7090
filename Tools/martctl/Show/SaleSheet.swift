import Audit
import StrictJSON

/// A sale: what was sold, how it was settled, what came back.
struct SaleSheet: Sheet {
    private let id: String
    private let sale: JSONValue?
    private let settlement: JSONValue?
    let way: Way

    var parts: [(name: String, answer: JSONValue?)] { [("sale", sale), ("settlement", settlement)] }

    init(_ id: String, _ sides: ReadSides) async throws {
        let escaped = HTTPClient.escaped(id)
        self.init(
            id, sale: try await sides.consignment.find("/v1/sales/\(escaped)"),
            settlement: try await sides.settlement.find("/v1/settlements/\(escaped)"),
            way: try await Way.find("subject=\(escaped)", sides))
    }

    init(_ id: String, sale: JSONValue?, settlement: JSONValue?, way: Way) {
        (self.id, self.sale, self.settlement, self.way) = (id, sale, settlement, way)
    }

    var text: String {
        (saleParts + [settlementPart] + reversalParts).joined(separator: "\n")
    }

    private var saleParts: [String] {
        guard let sale else { return [Heading.text("Sale \(id)"), "  Consignment does not know it"] }
        var facts = Facts()
        facts.add("sold", "\(sale.moment("soldAt")) WITA, at \(sale.text("till")) in \(sale.text("regency"))")
        facts.add("recorded", sale.moment("recordedAt") + (sale["offline"]?.bool == true ? ", after the till was cut off" : ""))
        facts.add("paid by", sale.text("tender"))
        facts.add("state", sale.text("state"))
        facts.add("flags", sale.list("flags"))
        facts.add("total", sale.rupiah("total"))
        if sale.isPositive("refunded") { facts.add("refunded", sale.rupiah("refunded")) }
        var parts = [Heading.text("Sale \(id)"), facts.text, "", lines(sale)]
        for refund in sale["refunds"]?.elements ?? [] {
            parts.append(
                Paragraph.text(
                    "refund \(refund.text("refundId")) at \(refund.moment("refundedAt")): \(refund.rupiah("total")), "
                        + refund.elements("lines").map { "\($0.text("quantity")) of line \($0.text("lineId"))" }.joined(separator: ", ")
                        + (refund["restock"]?.bool == true ? ", back to stock" : ", not restocked") + "; \(refund.text("reason"))",
                    indent: 2))
        }
        for resolution in sale["resolutions"]?.elements ?? [] {
            parts.append(
                Paragraph.text(
                    "line \(resolution.text("lineId")), \(resolution.text("flag")): resolved by \(resolution.text("resolvedBy")) at "
                        + "\(resolution.moment("resolvedAt")); \(resolution.text("note"))", indent: 2))
        }
        return parts
    }

    private func lines(_ sale: JSONValue) -> String {
        var table = Table(
            [.left, .left, .left, .right, .right, .right], header: ["product", "line", "seller", "units", "price", "net"])
        for line in sale.elements("lines") {
            table.row(
                line.text("productId"), line.text("lineId"), line.text("sellerId"), line.text("quantity"), line.rupiah("unitPrice"),
                line.rupiah("net"))
            for lot in line.elements("lots") { table.row("  from \(lot.text("lotId"))", "", "", lot.text("quantity")) }
            if line.isPositive("unallocated") { table.row("  from no lot", "", "", line.text("unallocated")) }
            if line.isPositive("refunded") { table.row("  refunded", "", "", line.text("refunded")) }
            let flags = line.texts("flags")
            if !flags.isEmpty { table.row("  ! " + flags.joined(separator: ", ")) }
        }
        return table.text
    }

    private var settlementPart: String {
        guard let settlement else {
            return Heading.text("Settlement") + "\n  ✗ not settled" + (sale == nil ? "" : " yet: see the way below, and `martctl status`")
        }
        let heading = Heading.text("Settlement, posted \(settlement.moment("postedAt"))")
        return heading + "\n" + Self.shares(settlement)
    }

    private var reversalParts: [String] {
        guard let settlement else { return [] }
        let reversals = settlement.elements("reversals").map { reversal in
            "\n  reversal of refund \(reversal.text("refundId")), posted \(reversal.moment("postedAt"))\n" + Self.shares(reversal)
        }
        let assignments = settlement.elements("assignments").map { assignment in
            let from = assignment["fromSellerId"]?.string.map { " from \($0), approved by \(assignment.text("approvedBy"))" } ?? ""
            return Paragraph.text(
                "line \(assignment.text("lineId")): \(assignment.rupiah("sellerShare")) assigned to \(assignment.text("sellerId"))\(from), by "
                    + "\(assignment.text("assignedBy")) at \(assignment.moment("postedAt"))"
                    + (assignment["reason"]?.string.map { "; \($0)" } ?? ""), indent: 2)
        }
        return reversals + assignments
    }

    /// Who gets what of a settlement or a reversal.
    private static func shares(_ posting: JSONValue) -> String {
        var table = Table([.left, .left, .right, .right, .right], header: ["seller", "line", "net", "seller's share", "mart's share"])
        for line in posting.elements("lines") {
            table.row(
                line["sellerId"]?.string ?? "in suspense", line.text("lineId"), line.rupiah("net"), line.rupiah("sellerShare"),
                line.rupiah("martShare"))
        }
        if let totals = posting["totals"] {
            table.row("total", "", totals.rupiah("net"), totals.rupiah("sellerShare"), totals.rupiah("martShare"))
        }
        return table.text
    }
}

extension JSONValue {
    func elements(_ name: StaticString) -> [JSONValue] { self[name]?.elements ?? [] }
}
