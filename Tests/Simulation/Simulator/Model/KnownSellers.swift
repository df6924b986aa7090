import Contracts
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework

/// When something was said: by which life of its source, and where in that.
struct Said: Comparable {
    private let life: Int64
    private let sequence: Int64

    static let never = Said(life: -1, sequence: 0)

    private init(life: Int64, sequence: Int64) { (self.life, self.sequence) = (life, sequence) }
    init(_ event: PublishedEvent) { self.init(life: SourceLife(event.source).number, sequence: event.sequence ?? 0) }

    static func < (left: Said, right: Said) -> Bool { (left.life, left.sequence) < (right.life, right.sequence) }
}

/// The names by which Settlement knows sellers, in whatever order it is told of them.
struct KnownSellers {
    private struct Seller {
        let regency: String
        var name: String
        /// Nil: so far it was only told of a change.
        var registeredName: String?
        var renamed = Said.never
    }
    private var sellers: [String: Seller] = [:]

    var count: Int { sellers.count }
    func name(of seller: String) -> String? { sellers[seller]?.name }

    mutating func register(_ told: SellerRegistered) -> Decision.Verdict {
        guard let known = sellers[told.sellerId] else {
            sellers[told.sellerId] = Seller(regency: told.regency, name: told.sellerName, registeredName: told.sellerName)
            return .accepted
        }
        if known.regency != told.regency || known.registeredName ?? told.sellerName != told.sellerName { return .parked(.conflict) }
        if known.registeredName != nil { return .duplicate }
        sellers[told.sellerId]?.registeredName = told.sellerName
        return .accepted
    }

    mutating func rename(_ told: SellerUpdated, _ said: Said) -> Decision.Verdict {
        var seller = sellers[told.sellerId] ?? Seller(regency: told.regency, name: told.sellerName)
        if seller.regency != told.regency { return .parked(.inconsistent) }
        if seller.renamed < said { (seller.name, seller.renamed) = (told.sellerName, said) }
        sellers[told.sellerId] = seller
        return .accepted
    }
}
