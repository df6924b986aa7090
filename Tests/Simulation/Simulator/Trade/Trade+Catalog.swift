import Contracts
import Primitives

/// Marts, sellers, products and prices.
extension Trade {
    mutating func openMart(_ regency: String, _ date: BusinessDate) -> any Command {
        count += 1
        return OpenMart.with {
            $0.regency = regency
            $0.martName = "NTT Mart"
            $0.openedOn = date
        }
    }

    /// A regency's mart opens, closes or goes on, sometimes on a day to come; one that closes seldom stays so for long.
    mutating func martOrder(_ today: BusinessDate) -> [any Command] {
        let regency = regencies[chance(2, 3) ? 0 : 1]
        let isClosing = !closed.contains(regency)
        if isClosing, chance(1, 3) { return [openMart(regencies[below(2)], today.adding(days: below(4)))] }
        count += 1
        let (day, reason) = (chance(1, 2) ? nil : today.adding(days: below(4)), "reason \(count)")
        func order(isClosing: Bool, _ day: BusinessDate?) -> any Command {
            if isClosing {
                return CloseMart.with { ($0.regency, $0.closedOn, $0.reason, $0.closedBy) = (regency, day, reason, "Ani") }
            }
            return ReopenMart.with { ($0.regency, $0.reopenedOn, $0.reason, $0.reopenedBy) = (regency, day, reason, "Ani") }
        }
        // From one day to another, said in advance.
        if isClosing, chance(2, 3) { return [order(isClosing: true, day), order(isClosing: false, (day ?? today).adding(days: below(3)))] }
        if isClosing { closed.insert(regency) } else { closed.remove(regency) }
        return [order(isClosing: isClosing, day)]
    }

    mutating func updateSeller() -> (any Command)? {
        guard let seller = known(sellers, \.id) else { return nil }
        let (name, phone) = (chance(1, 2) ? "UMKM \(seller.id) (\(below(4)))" : nil, "+62812\(below(3))")
        return UpdateSeller.with { ($0.sellerId, $0.sellerName, $0.phone) = (seller.id, name, phone) }
    }

    mutating func registerSeller() -> any Command {
        let seller = (id: newId("seller"), regency: chance(7, 8) ? regencies[0] : regencies[1])
        sellers.append(seller)
        return RegisterSeller.with {
            $0.sellerId = seller.id
            $0.sellerName = "UMKM \(seller.id)"
            $0.regency = seller.regency
        }
    }

    mutating func registerProduct() -> any Command {
        let kinds: [ProductKind] = [.craft, .textile, .craft, .foodDry, .book, .foodShortLife, .alcoholRefined]
        guard let first = sellers.first, let other = known(sellers, \.id), let kind = pick(kinds) else { return registerSeller() }
        let seller = chance(1, 2) ? first : other
        let product = Product(id: newId("product"), seller: seller.id, regency: seller.regency, kind: kind, price: price())
        products.append(product)
        return RegisterProduct.with {
            $0.productId = product.id
            $0.sellerId = product.seller
            $0.productName = "Product \(product.id)"
            $0.origin.villageCode = "\(product.regency).01.2001"
            $0.kind = product.kind
            $0.price = Rupiah(product.price)
        }
    }

    /// Prices at which shares are rounded, too.
    mutating func price() -> Int64 { chance(1, 3) ? Int64(1 + below(30)) : Int64(1 + below(200)) * 500 + Int64(below(3)) }

    mutating func changePrice(_ today: BusinessDate) -> (any Command)? {
        guard !products.isEmpty else { return nil }
        let place = below(products.count)
        let (new, days) = (price(), below(4))
        if days == 0 { products[place].price = new }
        let isDated = chance(1, 2) || days > 0
        return ChangePrice.with {
            $0.productId = products[place].id
            $0.price = Rupiah(new)
            $0.effectiveOn = isDated ? today.adding(days: days) : nil
        }
    }

    mutating func reclassify() -> (any Command)? {
        guard let product = known(products, \.id), let kind = pick([ProductKind.craft, .textile, .foodDry, .book, .alcoholUnrefined]) else {
            return nil
        }
        return ReclassifyProduct.with {
            $0.productId = product.id
            $0.kind = kind
        }
    }

    mutating func withdraw() -> (any Command)? {
        guard let product = pick(products), chance(1, 3) else { return nil }
        let reason = chance(1, 2) ? "no longer made" : "moved away"
        return WithdrawProduct.with {
            $0.productId = product.id
            $0.reason = reason
        }
    }
}
