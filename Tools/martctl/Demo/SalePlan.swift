import Contracts
import Primitives

/// A week at the tills: what is sold when, to whom it does not matter.
struct SalePlan {
    struct Sale {
        let command: RecordSale
        let regency: String
    }

    private var random: SeededRandom
    private let firstDay: BusinessDate
    private(set) var sales: [Sale] = []
    /// Units by product.
    private(set) var demand: [String: Int64] = [:]

    static let days = 7

    init(random: SeededRandom, today: BusinessDate) {
        self.random = random
        firstDay = today.adding(days: -Self.days)
    }

    /// - Parameter products: what is on the shelves and may be sold.
    mutating func trade(_ count: Int, over products: [Catalogue.Product]) {
        let home = products.filter { $0.regency == Catalogue.home }
        let elsewhere = products.filter { $0.regency != Catalogue.home }
        if home.isEmpty { return }
        let sums = popularity(of: home)
        var moments = (0..<count).map { _ in moment() }
        moments.sort()
        var numbers: [String: Int] = [:]
        for soldAt in moments {
            if !elsewhere.isEmpty, random.chance(0.03) {
                let product = random.pick(elsewhere)
                add([product], at: soldAt, regency: product.regency, till: "T1", &numbers)
            } else {
                var basket: [Catalogue.Product] = []
                for _ in 0..<lineCount() {
                    let product = home[random.place(in: sums)]
                    if !basket.contains(where: { $0.id == product.id }) { basket.append(product) }
                }
                add(basket, at: soldAt, regency: Catalogue.home, till: "T\(random.within(1...3))", &numbers)
            }
        }
    }

    private mutating func add(
        _ basket: [Catalogue.Product], at soldAt: Instant, regency: String, till: String, _ numbers: inout [String: Int]
    ) {
        // On the fourth afternoon the line to the mainland is down, and the second till goes on alone.
        let isOffline = regency == Catalogue.home && till == "T2" && isDown(at: soldAt)
        let day = BusinessDate(soldAt).description.filter { $0 != "-" }.dropFirst(2)
        let prefix = "S-\(regency.filter { $0 != "." })-\(day)-\(till)"
        numbers[prefix, default: 0] += 1
        let number = String(10_000 + numbers[prefix, default: 0]).dropFirst()
        let lines = basket.enumerated().map { index, product in
            let quantity = quantity(of: product)
            demand[product.id, default: 0] += quantity
            let statesPrice = isOffline || random.chance(0.3)
            return RecordSale.Line.with {
                $0.lineId = "\(index + 1)"
                $0.productId = product.id
                $0.quantity = quantity
                $0.unitPrice = statesPrice ? Rupiah(product.price) : nil
            }
        }
        let tender = tender()
        let command = RecordSale.with {
            $0.saleId = "\(prefix)-\(number)"
            $0.regency = regency
            $0.till = till
            $0.soldAt = soldAt
            $0.lines = lines
            $0.tender = tender
            $0.offline = isOffline
        }
        sales.append(Sale(command: command, regency: regency))
    }

    private func isDown(at instant: Instant) -> Bool {
        let since = instant.milliseconds - firstDay.adding(days: 3).start.milliseconds
        return (13 * 3_600_000..<17 * 3_600_000 + 1_800_000).contains(since)
    }

    /// Between 8 in the morning and 9 in the evening, more at the weekend.
    private mutating func moment() -> Instant {
        var day = firstDay.adding(days: random.below(Self.days))
        // Day 0 was a Thursday: 2 is Saturday, 3 Sunday.
        if ![2, 3].contains((day.day % 7 + 7) % 7), random.chance(0.12) { day = firstDay.adding(days: random.below(Self.days)) }
        let hours = 8.0 + 13.0 * (random.fraction() + random.fraction()) / 2
        return Instant(milliseconds: day.start.milliseconds + Int64(hours * 3_600_000))
    }

    private mutating func lineCount() -> Int {
        switch random.fraction() {
        case ..<0.36: 1
        case ..<0.66: 2
        case ..<0.84: 3
        case ..<0.93: 4
        case ..<0.98: 5
        default: random.within(6...9)
        }
    }

    private mutating func quantity(of product: Catalogue.Product) -> Int64 {
        switch (product.price, random.fraction()) {
        case (200_000..., _): 1
        case (60_000..., let luck): luck < 0.85 ? 1 : 2
        case (_, ..<0.62): 1
        case (_, ..<0.88): 2
        case (_, ..<0.96): 3
        default: Int64(random.within(4...6))
        }
    }

    private mutating func tender() -> Tender {
        switch random.fraction() {
        case ..<0.58: .cash
        case ..<0.87: .qris
        case ..<0.96: .transfer
        default: .kkpd
        }
    }

    /// Cheap things and a few favourites sell often, dear cloths seldom. Running sums.
    private mutating func popularity(of products: [Catalogue.Product]) -> [Double] {
        var sum = 0.0
        return products.map { product in
            let favour = random.chance(0.03) ? 5.0 : 0.4 + 1.2 * random.fraction()
            sum += favour / Double(product.price).squareRoot()
            return sum
        }
    }
}
