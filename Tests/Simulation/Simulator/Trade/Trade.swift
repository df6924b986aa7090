import Contracts
import Primitives

/// Makes up plausible trade: sellers, products, permits, goods, sales, and what goes wrong with them. It mostly names what it knows to be accepted, and
/// otherwise what it has asked for, and so is refused now and then.
struct Trade {
    struct Product {
        let id: String
        let seller: String
        let regency: String
        let kind: ProductKind
        var price: Int64
    }
    struct Permit {
        let id: String
        let kind: PermitKind
    }
    struct Sale {
        let id: String
        let lines: [String]
        let isOffline: Bool
    }

    var random: SplitMix64
    let regencies = ["53.06", "53.07"]
    private(set) var sellers: [(id: String, regency: String)] = []
    private(set) var products: [Product] = []
    private(set) var permits: [Permit] = []
    private(set) var lots: [(id: String, product: String)] = []
    private(set) var sales: [Sale] = []
    /// Subjects of commands that were accepted.
    private var accepted: Set<String> = []
    private var count = 0

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func below(_ bound: Int) -> Int { Int(random.below(UInt64(bound))) }
    mutating func pick<T>(_ all: [T]) -> T? { all.isEmpty ? nil : all[below(all.count)] }
    mutating func chance(_ part: Int, _ whole: Int) -> Bool { below(whole) < part }

    mutating func learn(accepted subject: String) { accepted.insert(subject) }

    /// Nine times out of ten something that is known to be there.
    private mutating func known<T>(_ all: [T], _ id: (T) -> String) -> T? {
        let there = all.filter { accepted.contains(id($0)) }
        return chance(9, 10) && !there.isEmpty ? pick(there) : pick(all)
    }

    private mutating func product() -> Product? {
        // The first seller has its papers, so that something is sold early.
        let easy = products.filter { $0.seller == sellers[0].id && ($0.kind == .craft || $0.kind == .textile) }
        return chance(1, 2) ? known(easy, \.id) ?? known(products, \.id) : known(products, \.id)
    }

    private mutating func newId(_ what: String) -> String {
        count += 1
        return "\(what)-\(count)"
    }

    /// What a mart begins with, then whatever comes.
    mutating func next(_ today: BusinessDate, _ now: Instant) -> any Command {
        switch count {
        case 0: openMart(regencies[0], today)
        case 1...2: registerSeller()
        case 3: nib(of: sellers[0].id, regencies[0])
        case 4: approve(permits[0], today)
        case 5...7: registerProduct()
        default: anything(today, now)
        }
    }

    private mutating func anything(_ today: BusinessDate, _ now: Instant) -> any Command {
        switch below(100) {
        case 0: return openMart(regencies[below(2)], today.adding(days: below(4)))
        case 1...2: return registerSeller()
        case 3...6: return registerProduct()
        case 7...9: return changePrice(today) ?? registerSeller()
        case 10: return reclassify() ?? registerSeller()
        case 11: return withdraw() ?? registerSeller()
        case 12...15: return apply()
        case 16...21: return known(permits, \.id).map { approve($0, today) } ?? apply()
        case 22...28: return decide(today) ?? apply()
        case 29...48: return receive(today) ?? registerProduct()
        case 49...71: return sell(now) ?? registerProduct()
        case 72...83: return refund() ?? sell(now) ?? registerProduct()
        case 84...86: return giveBack() ?? registerSeller()
        case 87...89: return writeOff() ?? registerSeller()
        case 90...93: return adjust() ?? registerSeller()
        case 94...96: return resolve() ?? registerSeller()
        default: return assign() ?? registerSeller()
        }
    }

    private mutating func openMart(_ regency: String, _ date: BusinessDate) -> any Command {
        count += 1
        return OpenMart.with {
            $0.regency = regency
            $0.martName = "NTT Mart"
            $0.openedOn = date
        }
    }

    private mutating func registerSeller() -> any Command {
        let seller = (id: newId("seller"), regency: chance(4, 5) ? regencies[0] : regencies[1])
        sellers.append(seller)
        return RegisterSeller.with {
            $0.sellerId = seller.id
            $0.sellerName = "UMKM \(seller.id)"
            $0.regency = seller.regency
        }
    }

    private mutating func registerProduct() -> any Command {
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
    private mutating func price() -> Int64 { chance(1, 3) ? Int64(1 + below(30)) : Int64(1 + below(200)) * 500 + Int64(below(3)) }

    private mutating func changePrice(_ today: BusinessDate) -> (any Command)? {
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

    private mutating func reclassify() -> (any Command)? {
        guard let product = known(products, \.id), let kind = pick([ProductKind.craft, .textile, .foodDry, .book, .alcoholUnrefined]) else {
            return nil
        }
        return ReclassifyProduct.with {
            $0.productId = product.id
            $0.kind = kind
        }
    }

    private mutating func withdraw() -> (any Command)? {
        guard let product = pick(products), chance(1, 3) else { return nil }
        let reason = chance(1, 2) ? "no longer made" : "moved away"
        return WithdrawProduct.with {
            $0.productId = product.id
            $0.reason = reason
        }
    }

    // MARK: Permits

    private mutating func nib(of seller: String, _ regency: String) -> any Command {
        let permit = Permit(id: newId("permit"), kind: .nib)
        permits.append(permit)
        return ApplyForPermit.with {
            $0.permitId = permit.id
            $0.permitKind = .nib
            $0.regency = regency
            $0.sellerId = seller
        }
    }

    private mutating func apply() -> any Command {
        guard let seller = pick(sellers) else { return registerSeller() }
        guard chance(1, 2), let product = pick(products) else { return nib(of: seller.id, seller.regency) }
        let wanted: [PermitKind] =
            product.kind == .book ? [.schoolLetter] : product.kind == .foodShortLife ? [.hygiene] : [.sppIrt, .halal]
        let permit = Permit(id: newId("permit"), kind: wanted[below(wanted.count)])
        permits.append(permit)
        return ApplyForPermit.with {
            $0.permitId = permit.id
            $0.permitKind = permit.kind
            $0.regency = product.regency
            $0.sellerId = product.seller
            $0.productId = product.id
        }
    }

    private mutating func approve(_ permit: Permit, _ today: BusinessDate) -> any Command {
        count += 1
        // The first is for good.
        let (begin, length) = permit.id == permits[0].id ? (0, 3) : (below(3), below(4))
        let isImported = chance(1, 30) && permit.kind == .nib
        return ApprovePermit.with {
            $0.permitId = permit.id
            $0.number = isImported ? "ML123456789012" : "1234567890123"
            $0.validFrom = today.adding(days: begin - 1)
            $0.validUntil = length == 0 ? today.adding(days: begin + 5) : length == 1 ? today.adding(days: 200) : nil
            $0.officer = "Officer"
        }
    }

    private mutating func decide(_ today: BusinessDate) -> (any Command)? {
        guard let permit = known(permits, \.id) else { return nil }
        let effectiveOn: BusinessDate? = chance(1, 2) ? nil : today.adding(days: below(4))
        count += 1
        let reason = "reason \(count)"
        func fill<D: ReasonedDecision>(_ type: D.Type) -> D {
            .with {
                $0.permitId = permit.id
                $0.reason = reason
                $0.officer = "Officer"
            }
        }
        func dated<D: DatedDecision>(_ type: D.Type) -> D {
            var decision = fill(type)
            decision.effectiveOn = effectiveOn
            return decision
        }
        switch below(12) {
        case 0: return fill(RequestRepair.self)
        case 1: return fill(RefusePermit.self)
        case 2...3:
            return ResubmitPermit.with {
                $0.permitId = permit.id
                $0.documents = [reason]
            }
        case 4...6: return dated(SuspendPermit.self)
        case 7...10: return dated(ReinstatePermit.self)
        default: return dated(RevokePermit.self)
        }
    }

    // MARK: Goods

    private mutating func receive(_ today: BusinessDate) -> (any Command)? {
        guard let product = product() else { return nil }
        let lot = newId("lot")
        lots.append((lot, product.id))
        // Small lots, so that many lines draw from several.
        let (quantity, refused, days) = (Int64(1 + below(4)), Int64(below(3)), below(12))
        return ReceiveGoods.with {
            $0.lotId = lot
            $0.productId = product.id
            $0.quantity = quantity
            if refused == 2 {
                $0.offered = quantity + 1
                $0.refusedReason = "broken"
            }
            $0.expiresOn = days < 4 ? nil : today.adding(days: days - 5)
        }
    }

    private mutating func sell(_ now: Instant) -> (any Command)? {
        guard !products.isEmpty else { return nil }
        let isOffline = chance(1, 4)
        var lines: [RecordSale.Line] = []
        for place in 0..<1 + below(3) {
            guard let product = product() else { break }
            let (quantity, priceRoll, names) = (Int64(1 + below(4)), below(10), chance(1, 8))
            let lot = names ? pick(lots.filter { $0.product == product.id || chance(1, 20) })?.id : nil
            let isUnknown = isOffline && chance(1, 20)
            lines.append(
                .with {
                    $0.lineId = "l\(place + 1)"
                    $0.productId = isUnknown ? "nobody-knows" : product.id
                    $0.quantity = quantity
                    $0.unitPrice = isOffline || priceRoll > 6 ? Rupiah(product.price + (priceRoll == 9 ? 1 : 0)) : nil
                    $0.lotId = lot
                })
        }
        let id = newId("sale")
        sales.append(Sale(id: id, lines: lines.map(\.lineId), isOffline: isOffline))
        let minutesAgo = chance(1, 4) ? Int64(below(5000)) : Int64(below(5)) - 1
        let tender = [Tender.cash, .qris, .transfer][below(3)]
        let regency = chance(1, 2) || isOffline ? regencies[0] : nil
        return RecordSale.with {
            $0.saleId = id
            $0.regency = regency
            $0.till = "till-1"
            $0.soldAt = Instant(milliseconds: now.milliseconds - minutesAgo * 60_000)
            $0.lines = lines
            $0.tender = tender
            $0.offline = isOffline
        }
    }

    private mutating func refund() -> (any Command)? {
        // The last one too: its refund may overtake it on its way to Settlement.
        guard let sale = chance(1, 3) ? sales.last : known(sales, \.id) else { return nil }
        var lines: [RefundSale.Line] = []
        for line in sale.lines where chance(1, 2) || lines.isEmpty {
            let quantity = Int64(1 + below(3))
            lines.append(
                .with {
                    $0.lineId = line
                    $0.quantity = quantity
                })
        }
        let (id, restock) = (newId("refund"), chance(1, 2))
        return RefundSale.with {
            $0.refundId = id
            $0.saleId = sale.id
            $0.lines = lines
            $0.reason = "broken"
            $0.restock = restock
        }
    }

    private mutating func giveBack() -> (any Command)? {
        guard let lot = known(lots, \.id) else { return nil }
        let (id, quantity) = (newId("return"), Int64(1 + below(4)))
        return ReturnGoods.with {
            $0.returnId = id
            $0.lotId = lot.id
            $0.quantity = quantity
            $0.reason = "unsold"
        }
    }

    private mutating func writeOff() -> (any Command)? {
        guard let lot = known(lots, \.id) else { return nil }
        let (id, quantity, liability) = (newId("loss"), Int64(1 + below(3)), [Liability.mart, .seller, .none][below(3)])
        return WriteOffGoods.with {
            $0.writeOffId = id
            $0.lotId = lot.id
            $0.quantity = quantity
            $0.reason = "fell"
            $0.liability = liability
        }
    }

    private mutating func adjust() -> (any Command)? {
        guard let lot = known(lots, \.id) else { return nil }
        let (id, difference, isAlone) = (newId("count"), Int64(below(7)) - 3, chance(1, 8))
        return AdjustStock.with {
            $0.adjustmentId = id
            $0.lotId = lot.id
            $0.difference = difference == 0 ? 4 : difference
            $0.reason = "count"
            $0.countedBy = "Ani"
            $0.approvedBy = isAlone ? " ani" : "Budi"
        }
    }

    private mutating func resolve() -> (any Command)? {
        guard let sale = known(sales.filter(\.isOffline), \.id) else { return nil }
        let (id, line) = (newId("resolution"), chance(1, 2) ? sale.lines[0] : nil)
        let flag = [SaleFlag.notListed, .outOfStock, .priceDiffers, .unknownProduct][below(4)]
        return ResolveFlag.with {
            $0.resolutionId = id
            $0.saleId = sale.id
            $0.flag = flag
            $0.lineId = line
            $0.note = "seen"
            $0.resolvedBy = "Ani"
        }
    }

    private mutating func assign() -> (any Command)? {
        guard let sale = known(sales.filter(\.isOffline), \.id), let seller = pick(sellers) else { return nil }
        let (id, line) = (newId("assignment"), sale.lines[below(sale.lines.count)])
        return AssignSuspense.with {
            $0.assignmentId = id
            $0.saleId = sale.id
            $0.lineId = line
            $0.sellerId = seller.id
            $0.assignedBy = "Ani"
        }
    }
}
