import Contracts
import Primitives
import ServiceFramework

/// Who sells what, by the words of section 5 of the contract; and what may be sold, by the table of the domain.
struct CatalogBook {
    struct Product {
        let seller: String
        let regency: String
        var kind: ProductKind
        var withdrawn: String?
        /// Every price that was set, with the day from which it holds.
        var prices: [(from: BusinessDate, price: Int64)]
    }

    struct Seller: Hashable {
        var name: String
        let regency: String
        var phone: String?
        var nib: String?
    }

    var marts = MartBook()
    /// What it has been told of permits.
    var permits = KnownPermits()
    private(set) var sellers: [String: Seller] = [:]
    private(set) var products: [String: Product] = [:]

    private static let halalObligation = BusinessDate("2026-10-17")

    /// What is asked of a kind on a day, each as its alternatives; nil: it may not be sold.
    static func demands(on kind: ProductKind, _ date: BusinessDate) -> [[PermitKind]]? {
        switch kind {
        case .craft, .textile, .agriInput: [[.nib]]
        case .book: [[.nib, .schoolLetter]]
        case .foodShortLife: [[.nib], [.hygiene]]
        case .foodDry: halalObligation.map { $0 <= date } == true ? [[.nib], [.sppIrt], [.halal]] : [[.nib], [.sppIrt]]
        default: nil
        }
    }

    mutating func register(_ command: RegisterSeller) -> Decision.Verdict {
        guard let regency = command.regency else { return .rejected(.invalid) }
        sellers[command.sellerId] = Seller(name: command.sellerName, regency: regency, phone: command.phone, nib: command.nib)
        return .accepted
    }

    mutating func update(_ command: UpdateSeller) -> Decision.Verdict {
        guard let known = sellers[command.sellerId] else { return .rejected(.notFound) }
        var seller = known
        seller.name = command.sellerName ?? known.name
        seller.phone = command.phone ?? known.phone
        seller.nib = command.nib ?? known.nib
        sellers[command.sellerId] = seller
        return seller == known ? .duplicate : .accepted
    }

    mutating func register(_ command: RegisterProduct, _ today: BusinessDate) -> Decision.Verdict {
        guard let regency = sellers[command.sellerId]?.regency else { return .rejected(.notFound) }
        if Self.demands(on: command.kind, today) == nil { return .rejected(.prohibited) }
        products[command.productId] = Product(
            seller: command.sellerId, regency: regency, kind: command.kind, prices: [(today, command.price.amount)])
        return .accepted
    }

    mutating func change(_ command: ChangePrice, _ today: BusinessDate) -> Decision.Verdict {
        let date = command.effectiveOn ?? today
        if date < today { return .rejected(.invalid) }
        guard let product = products[command.productId] else { return .rejected(.notFound) }
        if product.withdrawn != nil { return .rejected(.wrongState) }
        products[command.productId]?.prices.append((date, command.price.amount))
        return .accepted
    }

    mutating func reclassify(_ command: ReclassifyProduct, _ today: BusinessDate) -> Decision.Verdict {
        guard let product = products[command.productId] else { return .rejected(.notFound) }
        if product.kind == command.kind { return .duplicate }
        if Self.demands(on: command.kind, today) == nil { return .rejected(.prohibited) }
        if product.withdrawn != nil { return .rejected(.wrongState) }
        products[command.productId]?.kind = command.kind
        return .accepted
    }

    mutating func withdraw(_ command: WithdrawProduct) -> Decision.Verdict {
        guard let product = products[command.productId] else { return .rejected(.notFound) }
        if let reason = product.withdrawn { return reason == command.reason ? .duplicate : .rejected(.wrongState) }
        products[command.productId]?.withdrawn = command.reason
        return .accepted
    }

    /// `listed until …`, `not listed` or `withdrawn`, on a day when everybody knows everything.
    func listing(of productId: String, _ permits: any PermitView, on today: BusinessDate) -> String {
        guard let product = products[productId] else { return "unknown" }
        if product.withdrawn != nil { return "withdrawn" }
        func isSatisfied(_ date: BusinessDate) -> Bool {
            let there = permits.inForce(for: productId, of: product.seller, on: date, today: today)
            return Self.demands(on: product.kind, date)?.allSatisfy { !there.isDisjoint(with: $0) } ?? false
        }
        guard isSatisfied(today), marts.state(of: product.regency, on: today) == .open else { return "not listed" }
        let turns = permits.ends(for: productId, of: product.seller, today: today) + [Self.halalObligation].compactMap { $0 }
        let end = turns.filter { $0 > today }.sorted().first { !isSatisfied($0) }
        return "listed until \(end.map { "\($0.adding(days: -1))" } ?? "-")"
    }

    /// The price in force on a day: the latest day reached, of several the last said.
    func price(of productId: String, on date: BusinessDate) -> Int64? {
        guard let prices = products[productId]?.prices else { return nil }
        let reached = prices.enumerated().filter { $0.element.from <= date }
        return reached.max { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) }?.element.price
    }
}
