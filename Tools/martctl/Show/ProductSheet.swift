import Audit
import StrictJSON

/// A product: may it be sold and why (not), and what lies on the shelf.
struct ProductSheet: Sheet {
    private let id: String
    private let product: JSONValue?
    private let shelf: JSONValue?
    private let stock: JSONValue?
    let way: Way

    var parts: [(name: String, answer: JSONValue?)] { [("product", product), ("consignment", shelf), ("stock", stock)] }

    init(_ id: String, _ sides: ReadSides) async throws {
        let escaped = HTTPClient.escaped(id)
        self.id = id
        product = try await sides.catalog.find("/v1/products/\(escaped)")
        shelf = try await sides.consignment.find("/v1/products/\(escaped)")
        stock = try await sides.consignment.find("/v1/stock?productId=\(escaped)")?["items"]?.elements.first
        way = try await Way.find("subject=\(escaped)", sides)
    }

    var text: String {
        guard let product else { return Heading.text("Product \(id)") + "\n  Catalog does not know it" }
        var facts = Facts()
        facts.add("name", product.text("name"))
        facts.add("seller", "\(product.text("sellerId")) in \(product.text("regency"))")
        facts.add("programme", product.text("programme"))
        facts.add("kind", product.text("kind"))
        facts.add("price", "\(product.rupiah("price")) per \(product.text("unit"))")
        facts.add("state", product.text("state") + (product["reason"]?.string.map { ", \($0)" } ?? ""))
        facts.add("listed until", product.text("listedUntil"))
        facts.add("needs", product.list("requiredPermits"))
        facts.add("missing", product.list("missingPermits"))
        return [Heading.text("Product \(id)"), facts.text, "", permits(product), "", onShelf].joined(separator: "\n")
    }

    private func permits(_ product: JSONValue) -> String {
        let permits = product.elements("permits")
        if permits.isEmpty { return "  no permits" }
        var table = Table([.left, .left, .left, .left, .left], header: ["permit", "kind", "status", "from", "until"])
        for permit in permits {
            table.row(
                permit.text("permitId"), permit.text("permitKind"), permit.text("status"), permit.text("validFrom"),
                permit.text("validUntil"))
        }
        return table.text
    }

    private var onShelf: String {
        guard let shelf else { return "  Consignment does not know it yet" }
        var lines: [String] = []
        if let state = shelf["state"]?.string, state != product?["state"]?.string {
            lines.append("  ! Consignment still knows it as \(state)")
        }
        guard let stock else { return (lines + ["  never received"]).joined(separator: "\n") }
        var table = Table([.left, .right, .left], header: ["on hand: \(stock.text("onHand"))", "units", "last day of sale"])
        for lot in stock.elements("lots") { table.row(lot.text("lotId"), lot.text("onHand"), lot.text("expiresOn")) }
        lines.append(table.text)
        if stock.isPositive("locked") { lines.append("  ! \(stock.text("locked")) of them may not be sold now") }
        if stock.isPositive("unallocated") { lines.append("  ! \(stock.text("unallocated")) were sold without a lot to take them from") }
        return lines.joined(separator: "\n")
    }
}
