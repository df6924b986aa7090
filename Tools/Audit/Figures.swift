/// What a manager wants to know, computed from the stream alone.
public struct Figures: Sendable {
    public struct Programme: Sendable {
        public let name: String
        public var registered = 0
        public var listed = 0
        public var held = 0
        public var awaiting = 0
        public var withdrawn = 0
    }

    public struct BestSeller: Sendable {
        public let productId: String
        public let name: String
        /// Units sold less units refunded.
        public var units: Int128
        /// Money after refunds.
        public var net: Int128
    }

    /// Units and products of one regency, or of all.
    public struct Absorption: Sendable, Equatable {
        public var offered: Int128 = 0
        public var accepted: Int128 = 0
        public var returned: Int128 = 0
        /// Units sold less units that came back to the shelf.
        public var sold: Int128 = 0
        public var productsReceived: Int128 = 0
        public var productsRegistered: Int128 = 0
        public init() {}
    }

    public struct Coverage: Sendable, Equatable {
        public var villages: Set<String> = []
        public var schools: Set<String> = []
        public var communities: Set<String> = []
        public init() {}
    }

    public let martsOpen: [String]
    public let sellers: Int
    public let programmes: [Programme]
    public let programmesByRegency: [String: [Programme]]
    public let permits: [String: Int]
    public let permitWarnings: Int
    public let lots: Int
    public let sales: Int
    public let saleLines: Int
    public let unitsSold: Int128
    public let offlineSales: Int
    public let flaggedSales: Int
    public let refunds: Int
    /// Money of sale-recorded, of sale-refunded, and what is left in its two parts.
    public let gross: Int128
    public let refunded: Int128
    public let net: Int128
    public let sellerShare: Int128
    public let martShare: Int128
    public let losses: Int128
    public let suspense: Int128
    public let byTender: [String: Int128]
    public let bestSellers: [BestSeller]
    public let absorption: Absorption
    public let absorptionByRegency: [String: Absorption]
    public let coverageByRegency: [String: Coverage]

    init(_ books: Books, _ ledger: Ledger) {
        martsOpen = books.marts.keys.filter { !books.closedMarts.contains($0) }.sorted()
        sellers = books.sellers.count
        programmes = Self.programmes(Array(books.products.values))
        programmesByRegency = Dictionary(grouping: books.products.values, by: \.registered.regency).mapValues(Self.programmes)
        permits = books.permits.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        permitWarnings = books.oddPermits.count
        lots = books.lots.count
        let recorded = books.sales.values.map(\.recorded)
        sales = recorded.count
        saleLines = recorded.reduce(0) { $0 + $1.lines.count }
        unitsSold = recorded.reduce(0) { $0 + $1.lines.reduce(0) { $0 + $1.quantity } }
        offlineSales = recorded.count(where: \.offline)
        flaggedSales = recorded.count { !$0.flags.isEmpty }
        refunds = books.refunds.count
        gross = ledger.sold.net
        refunded = ledger.refunded.net
        net = gross - refunded
        sellerShare = ledger.sold.seller - ledger.refunded.seller
        martShare = ledger.sold.mart - ledger.refunded.mart
        losses = ledger.losses
        suspense = -(ledger.accounts["suspense"] ?? 0)
        byTender = recorded.reduce(into: [:]) { $0[$1.tender, default: 0] += $1.total }
        bestSellers = Self.bestSellers(books)
        absorptionByRegency = Self.absorption(books)
        absorption = absorptionByRegency.values.reduce(into: Absorption()) { $0.add($1) }
        coverageByRegency = Self.coverage(books)
    }

    private static func programmes(_ products: [Books.Product]) -> [Programme] {
        ["ovop", "ocop", "osop"].map { name in
            var programme = Programme(name: name)
            for product in products where product.registered.programme == name {
                programme.registered += 1
                switch product.state {
                case "listed": programme.listed += 1
                case "held": programme.held += 1
                case "withdrawn": programme.withdrawn += 1
                default: programme.awaiting += 1
                }
            }
            return programme
        }
    }

    private static func bestSellers(_ books: Books) -> [BestSeller] {
        var sellers: [String: BestSeller] = [:]
        func add(_ productId: String, _ units: Int128, _ net: Int128) {
            let name = books.products[productId]?.registered.name ?? productId
            sellers[productId, default: BestSeller(productId: productId, name: name, units: 0, net: 0)].units += units
            sellers[productId]?.net += net
        }
        for sale in books.sales.values { for line in sale.recorded.lines { add(line.productId, line.quantity, line.net) } }
        for (_, refund) in books.refunds { for line in refund.lines { add(line.productId, -line.quantity, -line.net) } }
        return Array(sellers.values.sorted { ($0.units, $0.net, $1.productId) > ($1.units, $1.net, $0.productId) }.prefix(10))
    }

    private static func absorption(_ books: Books) -> [String: Absorption] {
        var regencies: [String: Absorption] = [:]
        var received: Set<String> = []
        for product in books.products.values { regencies[product.registered.regency, default: Absorption()].productsRegistered += 1 }
        for lot in books.lots.values {
            var figures = regencies[lot.received.regency] ?? Absorption()
            figures.offered += lot.received.offered
            figures.accepted += lot.received.quantity
            figures.returned += lot.returned
            figures.sold += lot.sold - lot.restocked
            if received.insert(lot.received.productId).inserted { figures.productsReceived += 1 }
            regencies[lot.received.regency] = figures
        }
        return regencies
    }

    private static func coverage(_ books: Books) -> [String: Coverage] {
        var regencies: [String: Coverage] = [:]
        for product in books.products.values where product.state == "listed" {
            var coverage = regencies[product.registered.regency] ?? Coverage()
            if let village = product.registered.origin.villageCode { coverage.villages.insert(village) }
            if let school = product.registered.origin.school { coverage.schools.insert(school) }
            if let community = product.registered.origin.community { coverage.communities.insert(community) }
            regencies[product.registered.regency] = coverage
        }
        return regencies
    }
}

extension Figures.Absorption {
    mutating func add(_ other: Figures.Absorption) {
        offered += other.offered
        accepted += other.accepted
        returned += other.returned
        sold += other.sold
        productsReceived += other.productsReceived
        productsRegistered += other.productsRegistered
    }
}
