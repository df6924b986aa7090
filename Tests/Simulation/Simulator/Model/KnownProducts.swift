import Contracts
import MessagingTesting
import Primitives

/// What Consignment has been told so far: facts of the catalog in the order in which they were taken in, each counted once.
struct KnownProducts {
    struct Product {
        var seller: String
        var regency: String
        var state = ""
        var listedUntil: BusinessDate?
        /// When that was said.
        var saidBy = Said.never
    }

    struct Mart {
        var openedOn: BusinessDate
        /// Closed from a day on, and perhaps until another.
        var closing: (from: BusinessDate, until: BusinessDate?)?
        /// When that was said.
        var saidBy = Said.never

        func isOpen(on day: BusinessDate) -> Bool {
            guard openedOn <= day else { return false }
            guard let closing, closing.from <= day else { return true }
            return closing.until.map { $0 <= day } ?? false
        }
    }

    private(set) var marts: [String: Mart] = [:]
    private(set) var products: [String: Product] = [:]
    /// Every price that was ever named for a product.
    private(set) var prices: [String: Set<Int64>] = [:]
    private var registeredPrices: [String: Int64] = [:]
    private var changes: [String: [BusinessDate: (price: Int64, saidBy: Said)]] = [:]
    /// Products of which a listing has named a price that nothing else explains: told before their registration, or by another clock.
    private var pricedByListing: Set<String> = []

    mutating func learn(_ event: PublishedEvent, on today: BusinessDate) throws {
        let said = Said(event)
        switch event.name {
        case "mart-opened":
            let mart = try event.decode(MartOpened.self)
            if learn(mart.regency, openedOn: mart.openedOn, said) { marts[mart.regency]?.closing = nil }
        case "mart-closed":
            let mart = try event.decode(MartClosed.self)
            if learn(mart.regency, openedOn: mart.closedOn, said) { marts[mart.regency]?.closing = (mart.closedOn, nil) }
        case "mart-reopened":
            let mart = try event.decode(MartReopened.self)
            if learn(mart.regency, openedOn: mart.closedOn ?? mart.reopenedOn, said) {
                marts[mart.regency]?.closing = mart.closedOn.map { ($0, mart.reopenedOn) }
            }
        case "product-registered":
            let product = try event.decode(ProductRegistered.self)
            know(product.productId, product.sellerId, product.regency)
            registeredPrices[product.productId] = product.price.amount
            prices[product.productId, default: []].insert(product.price.amount)
        case "price-changed":
            let change = try event.decode(PriceChanged.self)
            prices[change.productId, default: []].insert(change.price.amount)
            if let known = changes[change.productId]?[change.effectiveOn], known.saidBy > said { return }
            changes[change.productId, default: [:]][change.effectiveOn] = (change.price.amount, said)
        case "product-listed":
            let product = try event.decode(ProductListed.self)
            know(product.productId, product.sellerId, product.regency)
            // Only a product of an open mart is listed.
            if learn(product.regency, openedOn: today, said), !isMartOpen(product.regency, today) {
                marts[product.regency]?.closing = nil
            }
            if price(of: product.productId, on: today) != product.price.amount { pricedByListing.insert(product.productId) }
            prices[product.productId, default: []].insert(product.price.amount)
            set(product.productId, "listed", until: product.listedUntil, said)
        case "product-held":
            let product = try event.decode(ProductHeld.self)
            know(product.productId, product.sellerId, product.regency)
            set(product.productId, "held", until: nil, said)
        case "product-delisted":
            let product = try event.decode(ProductDelisted.self)
            know(product.productId, product.sellerId, product.regency)
            products[product.productId]?.state = "withdrawn"
            products[product.productId]?.listedUntil = nil
        default: break
        }
    }

    /// Answers whether it is later than what was said of the mart before.
    private mutating func learn(_ regency: String, openedOn day: BusinessDate, _ said: Said) -> Bool {
        var mart = marts[regency] ?? Mart(openedOn: day)
        mart.openedOn = min(mart.openedOn, day)
        let isNews = said > mart.saidBy
        mart.saidBy = max(mart.saidBy, said)
        marts[regency] = mart
        return isNews
    }

    private mutating func know(_ productId: String, _ seller: String, _ regency: String) {
        if products[productId] == nil { products[productId] = Product(seller: seller, regency: regency) }
    }

    private mutating func set(_ productId: String, _ state: String, until: BusinessDate?, _ said: Said) {
        guard let product = products[productId], product.saidBy < said else { return }
        products[productId]?.saidBy = said
        if product.state == "withdrawn" { return }
        products[productId]?.state = state
        products[productId]?.listedUntil = until
    }

    /// As `CatalogBook.listing(of:_:on:)`.
    func listing(of productId: String) -> String {
        guard let product = products[productId] else { return "unknown" }
        switch product.state {
        case "listed": return "listed until \(product.listedUntil.map { "\($0)" } ?? "-")"
        case "withdrawn": return "withdrawn"
        default: return "not listed"
        }
    }

    func isMartOpen(_ regency: String, _ today: BusinessDate) -> Bool { marts[regency]?.isOpen(on: today) ?? false }

    func isListed(_ product: Product, _ today: BusinessDate) -> Bool {
        product.state == "listed" && product.listedUntil.map { today <= $0 } ?? true
    }

    func isPricedByListing(_ productId: String) -> Bool { pricedByListing.contains(productId) }

    /// The price in force on a day. Nil where it is not for this book to say.
    func price(of productId: String, on date: BusinessDate) -> Int64? {
        if pricedByListing.contains(productId) { return nil }
        let reached = (changes[productId] ?? [:]).filter { $0.key <= date }.max { $0.key < $1.key }
        return reached?.value.price ?? registeredPrices[productId]
    }
}
