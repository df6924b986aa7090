import StrictJSON

/// A lot: what was received, and where every unit of it went.
struct LotSheet: Sheet {
    private let id: String
    private let lot: JSONValue?
    let way: Way

    var parts: [(name: String, answer: JSONValue?)] { [("lot", lot)] }

    init(_ id: String, _ sides: ReadSides) async throws {
        let escaped = HTTPClient.escaped(id)
        self.id = id
        lot = try await sides.consignment.find("/v1/lots/\(escaped)")
        way = try await Way.find("subject=\(escaped)", sides)
    }

    var text: String {
        guard let lot else { return Heading.text("Lot \(id)") + "\n  Consignment does not know it" }
        var facts = Facts()
        facts.add("product", "\(lot.text("productId")) of seller \(lot.text("sellerId"))")
        facts.add("regency", lot.text("regency"))
        facts.add("state", lot.text("state"))
        facts.add("received", lot.moment("receivedAt"))
        facts.add("last day of sale", lot["expiresOn"]?.string ?? "none")
        facts.add("not accepted", lot.text("refusedReason"))
        var units = Table([.left, .right])
        units.row("offered", lot.text("offered"))
        units.row("accepted", lot.text("accepted"))
        units.row("+ found by counts", lot.text("adjusted"))
        units.row("− sold", lot.text("sold"))
        units.row("+ refunded to stock", lot.text("refundedToStock"))
        units.row("− returned to the seller", lot.text("returned"))
        units.row("− written off", lot.text("writtenOff"))
        units.row("= on hand", lot.text("onHand"))
        let counts = lot.elements("adjustments").map { count in
            Paragraph.text(
                "count \(count.text("adjustmentId")) at \(count.moment("adjustedAt")): \(count.text("difference")), counted by "
                    + "\(count.text("countedBy")), approved by \(count.text("approvedBy")); \(count.text("reason"))", indent: 2)
        }
        return ([Heading.text("Lot \(id)"), facts.text, "", units.text] + counts).joined(separator: "\n")
    }
}
