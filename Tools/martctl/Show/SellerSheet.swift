import Audit
import StrictJSON

/// A seller: who it is, what it sells, what is owed to it.
struct SellerSheet: Sheet {
    private let id: String
    private let seller: JSONValue?
    private let balance: JSONValue?
    private let statement: JSONValue?
    private let products: [JSONValue]
    let way: Way

    var parts: [(name: String, answer: JSONValue?)] { [("seller", seller), ("balance", balance), ("statement", statement)] }

    init(_ id: String, _ sides: ReadSides) async throws {
        let escaped = HTTPClient.escaped(id)
        self.id = id
        seller = try await sides.catalog.find("/v1/sellers/\(escaped)")
        balance = try await sides.settlement.find("/v1/sellers/\(escaped)/balance")
        statement = try await sides.settlement.find("/v1/sellers/\(escaped)/statement?limit=500")
        products = seller == nil ? [] : try await sides.catalog.items("/v1/products?sellerId=\(escaped)")
        way = try await Way.find("subject=\(escaped)", sides)
    }

    var text: String {
        var parts = [Heading.text("Seller \(id)"), who]
        if !products.isEmpty { parts += ["", productTable] }
        if let balance { parts += ["", owed(balance)] }
        if let statement { parts += ["", entries(statement)] }
        return parts.joined(separator: "\n")
    }

    private var who: String {
        guard let seller else { return "  Catalog does not know it" }
        var facts = Facts()
        facts.add("name", seller.text("name"))
        facts.add("regency", seller.text("regency"))
        facts.add("phone", seller.text("phone"))
        facts.add("nib", seller.text("nib"))
        facts.add("products", "\(seller.text("products")), \(seller.text("listedProducts")) of them listed")
        return facts.text
    }

    private static let shownProducts = 10

    private var productTable: String {
        var table = Table([.left, .left, .right, .left], header: ["product", "name", "price", "state"])
        for product in products.prefix(Self.shownProducts) {
            table.row(product.text("productId"), product.text("name"), product.rupiah("price"), product.text("state"))
        }
        return table.text + more(products.count - Self.shownProducts, "products")
    }

    private func owed(_ balance: JSONValue) -> String {
        var table = Table([.left, .right])
        for (name, key) in [("earned", "earned"), ("taken back by refunds", "reversed"), ("paid", "paid"), ("in a payout", "inPayout")] {
            table.row(name, Text.rupiah(balance.member(key)?.int128 ?? 0))
        }
        table.row("payable", balance.rupiah("payable"))
        return table.text
    }

    private static let shownEntries = 10

    private func entries(_ statement: JSONValue) -> String {
        let entries = statement.elements("items")
        if entries.isEmpty { return "  nothing was posted for it yet" }
        var table = Table([.left, .left, .left, .right, .right], header: ["posted for", "kind", "date", "amount", "balance"])
        for entry in entries.suffix(Self.shownEntries) {
            table.row(entry.text("id"), entry.text("kind"), entry.text("date"), entry.rupiah("amount"), entry.rupiah("balance"))
        }
        let hasMore = statement["next"]?.string != nil
        return table.text
            + (hasMore ? "\n  and later ones: GET /v1/sellers/\(id)/statement" : more(entries.count - Self.shownEntries, "entries before"))
    }

    private func more(_ count: Int, _ what: String) -> String { count > 0 ? "\n  and \(count) more \(what): --json shows all" : "" }
}
