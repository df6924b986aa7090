import Contracts
import Primitives

/// What was delivered to the marts, lot by lot.
struct Lot {
    let id: String
    let product: Catalogue.Product
    let accepted: Int64
    let offered: Int64
    let refusedReason: String?

    func delivery(expiresOn: BusinessDate?) -> ReceiveGoods {
        .with {
            $0.lotId = id
            $0.regency = product.regency
            $0.productId = product.id
            $0.quantity = accepted
            $0.offered = offered
            $0.refusedReason = refusedReason
            $0.expiresOn = expiresOn
        }
    }
}

/// Makes lots that carry the week's demand, with some of what is offered refused and some of what is accepted left.
struct Stocking {
    private var random: SeededRandom
    private let today: BusinessDate
    private(set) var lots: [Lot] = []
    /// Units that will be left of each lot, if a product has but one.
    private(set) var spare: [(lot: Lot, units: Int64)] = []

    init(random: SeededRandom, today: BusinessDate) {
        self.random = random
        self.today = today
    }

    mutating func stock(_ product: Catalogue.Product, demand: Int64) {
        // What is sold of what was accepted: about four fifths.
        let accepted = max(demand + Int64(random.below(2)), Int64((Double(demand) / (0.7 + 0.27 * random.fraction())).rounded(.up)), 1)
        let count = accepted < 8 ? 1 : random.within(1...(accepted < 30 ? 2 : 3))
        var left = accepted
        for number in 1...count {
            let units = number == count ? left : max(1, accepted / Int64(count))
            left -= units
            add(product, number, accepted: units)
        }
        if count == 1, accepted - demand >= 3, let lot = lots.last { spare.append((lot, accepted - demand)) }
    }

    mutating func add(_ product: Catalogue.Product, _ number: Int, accepted: Int64) {
        // The mart takes about four fifths of what is brought.
        let share = random.chance(0.12) ? 1 : 0.64 + 0.32 * random.fraction()
        let offered = max(accepted, Int64((Double(accepted) / share).rounded()))
        lots.append(
            Lot(
                id: "L-\(product.id)-\(number)", product: product, accepted: accepted, offered: offered,
                refusedReason: offered > accepted ? random.pick(Cast.goodsRefusals) : nil))
    }

    /// Deliveries as commands. Goods that keep are from the last weeks, short-lived ones from this morning.
    mutating func deliveries() -> [Asked] {
        random.shuffled(lots).map { lot in
            let life = lot.product.row.shelfLifeDays.map { Int($0) }
            let age = life.map { $0 > 60 ? random.within(0...14) : 0 } ?? 0
            return Asked(lot.delivery(expiresOn: life.map { today.adding(days: $0 - age) }))
        }
    }
}
