import Contracts
import Primitives

/// Who sells what: 31 sellers and 970 products of Flores Timur, and the few of other regencies.
struct Catalogue {
    struct Seller {
        let id: String
        let name: String
        let regency: String
    }

    struct Product {
        let id: String
        let name: String
        let seller: Seller
        let row: ProductRow
        let origin: Origin
        let price: Int64
        let net: String

        var regency: String { seller.regency }
    }

    static let home = "53.06"
    /// Rows whose kind may not be sold at all.
    static let prohibited = [53, 54]
    /// Rows of regencies whose mart is not open.
    static let closed = [79, 80]

    private(set) var sellers: [Seller] = []
    private(set) var products: [Product] = []
    /// Registered in vain.
    private(set) var prohibitedProducts: [Product] = []

    init(products count: Int) {
        let rows = ProductRow.all
        let homeRows = rows.filter { $0.regency == Self.home && !Self.prohibited.contains($0.number) }
        let villageSellers = sellers("ovop", Cast.villageSellers)
        let communitySellers = sellers("ocop", Cast.communitySellers)
        let schoolSellers = sellers("osop", Cast.schoolSellers)
        var maker = OriginMaker(villages: Array(Set(homeRows.map(\.villageCode))).sorted())
        for (index, row) in homeRows.enumerated() {
            let share = count / homeRows.count + (index < count % homeRows.count ? 1 : 0)
            for (number, variant) in Variants(row).first(share).enumerated() {
                let (origin, place) = maker.origin(of: row, variant: number)
                let seller =
                    switch row.programme {
                    case .ovop: villageSellers[index % villageSellers.count]
                    case .ocop: communitySellers[place % communitySellers.count]
                    case .osop: schoolSellers[place % schoolSellers.count]
                    }
                add(row, number + 1, variant, seller, origin)
            }
        }
        for row in rows where row.regency != Self.home || row.number == 53 { addOther(row, &maker, home: villageSellers[0]) }
    }

    private mutating func sellers(_ programme: String, _ names: [String]) -> [Seller] {
        let made = names.enumerated().map { Seller(id: "ft-\(programme)-\(Self.two($0 + 1))", name: $1, regency: Self.home) }
        sellers += made
        return made
    }

    private mutating func addOther(_ row: ProductRow, _ maker: inout OriginMaker, home: Seller) {
        var seller = home
        if let (id, name) = Cast.otherSellers[row.regency] {
            seller = Seller(id: id, name: name, regency: row.regency)
            if !sellers.contains(where: { $0.id == id }) { sellers.append(seller) }
        }
        let variant = Variants.Variant(name: row.name, net: row.net, priceFactor: 1)
        add(row, 1, variant, seller, maker.origin(of: row, variant: 0).origin)
    }

    private mutating func add(_ row: ProductRow, _ number: Int, _ variant: Variants.Variant, _ seller: Seller, _ origin: Origin) {
        let scaled = (Double(row.price) * variant.priceFactor / 500).rounded() * 500
        let price = min(max(Int64(scaled), row.priceRange.lowerBound), row.priceRange.upperBound)
        let prefix = row.regency == Self.home ? "FT" : "NTT"
        let product = Product(
            id: "\(prefix)-\(Self.three(row.number))-\(Self.two(number))", name: variant.name, seller: seller, row: row, origin: origin,
            price: price,
            net: variant.net)
        if Self.prohibited.contains(row.number) { prohibitedProducts.append(product) } else { products.append(product) }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func three(_ number: Int) -> String { number < 100 ? "0" + two(number) : "\(number)" }
}

/// Spreads the variants of a row over villages, communities and schools.
private struct OriginMaker {
    let villages: [String]
    private var turn = 0

    init(villages: [String]) { self.villages = villages }

    /// The origin, and a number by which its seller is chosen.
    mutating func origin(of row: ProductRow, variant: Int) -> (origin: Origin, place: Int) {
        turn += 1
        var origin = Origin()
        var place = turn
        switch row.programme {
        case .ovop:
            let isFirst = variant == 0 || row.regency != Catalogue.home
            origin.villageCode = isFirst ? row.villageCode : villages[(turn * 7) % villages.count]
        case .ocop:
            let communities = Cast.communities.enumerated().filter { $0.element.kind == row.communityKind }
            let choice = communities.isEmpty ? nil : communities[variant % communities.count]
            origin.community = choice?.element.name ?? row.makers
            origin.communityKind = row.communityKind
            place = choice?.offset ?? turn
            if variant == 0 { origin.villageCode = row.villageCode }
        case .osop:
            let schools = Cast.schools.enumerated().filter { $0.element.level == row.schoolLevel }
            let choice = schools[variant % schools.count]
            origin.school = choice.element.name
            origin.level = choice.element.level
            place = choice.offset
            if variant == 0 { origin.villageCode = row.villageCode }
        }
        return (origin, place)
    }
}

extension Catalogue.Seller {
    func registration(_ random: inout SeededRandom) -> RegisterSeller {
        let phone = "08" + random.digits(10)
        return .with {
            $0.sellerId = id
            $0.sellerName = name
            $0.regency = regency
            $0.phone = phone
        }
    }
}

extension Catalogue.Product {
    var registration: RegisterProduct {
        .with {
            $0.productId = id
            $0.sellerId = seller.id
            $0.productName = name
            $0.programme = row.programme
            $0.origin = origin
            $0.kind = row.kind
            $0.price = Rupiah(price)
            $0.net = net.isEmpty ? nil : net
            $0.shelfLifeDays = row.shelfLifeDays
        }
    }
}
