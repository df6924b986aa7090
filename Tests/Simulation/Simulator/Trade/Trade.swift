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
    var sellers: [(id: String, regency: String)] = []
    var products: [Product] = []
    var permits: [Permit] = []
    var lots: [(id: String, product: String)] = []
    var sales: [Sale] = []
    /// The last ones in full, for a till that says one again.
    var lastSales: [RecordSale] = []
    var assignments: [String] = []
    /// Regencies whose mart was told to close.
    var closed: Set<String> = []
    /// Subjects of commands that were accepted.
    private var accepted: Set<String> = []
    var count = 0

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func below(_ bound: Int) -> Int { Int(random.below(UInt64(bound))) }
    mutating func pick<T>(_ all: [T]) -> T? { all.isEmpty ? nil : all[below(all.count)] }
    mutating func chance(_ part: Int, _ whole: Int) -> Bool { below(whole) < part }

    mutating func learn(accepted subject: String) { accepted.insert(subject) }

    /// Nine times out of ten something that is known to be there.
    mutating func known<T>(_ all: [T], _ id: (T) -> String) -> T? {
        let there = all.filter { accepted.contains(id($0)) }
        return chance(9, 10) && !there.isEmpty ? pick(there) : pick(all)
    }

    mutating func product() -> Product? {
        // The first seller has its papers, so that something is sold early.
        let easy = products.filter { $0.seller == sellers[0].id && ($0.kind == .craft || $0.kind == .textile) }
        return chance(2, 3) ? known(easy, \.id) ?? known(products, \.id) : known(products, \.id)
    }

    mutating func newId(_ what: String) -> String {
        count += 1
        return "\(what)-\(count)"
    }

    /// What a mart begins with, then whatever comes; sometimes several at once.
    mutating func next(_ today: BusinessDate, _ now: Instant) -> [any Command] {
        switch count {
        case 0: [openMart(regencies[0], today)]
        case 1...2: [registerSeller()]
        case 3: [nib(of: sellers[0].id, regencies[0])]
        case 4: [approve(permits[0], today)]
        case 5...7: [registerProduct()]
        case 8...15: receive(today).map { [$0] } ?? [registerProduct()]
        default: anything(today, now)
        }
    }

    private mutating func anything(_ today: BusinessDate, _ now: Instant) -> [any Command] {
        switch below(100) {
        case 0...(closed.isEmpty ? 0 : 4): martOrder(today)
        case 1...2: [registerSeller()]
        case 3: [updateSeller() ?? registerSeller()]
        case 4...5: [registerProduct()]
        case 6...8: [changePrice(today) ?? registerSeller()]
        case 9: [reclassify() ?? registerSeller()]
        case 10: [withdraw() ?? registerSeller()]
        case 11...12: [apply()]
        case 13...15: [known(permits, \.id).map { approve($0, today) } ?? apply()]
        case 16...18: [decide(today) ?? apply()]
        case 19...20: backAndForth(today)
        case 21: [correctNumber() ?? apply()]
        case 22: [sellAgain() ?? registerProduct()]
        case 23...38: [receive(today) ?? registerProduct()]
        case 39...65: [sell(now) ?? registerProduct()]
        case 66...72: sellAndRefund(now)
        case 73...83: [refund() ?? sell(now) ?? registerProduct()]
        case 84...86: [giveBack() ?? registerSeller()]
        case 87...90: [writeOff() ?? registerSeller()]
        case 91...93: [adjust() ?? registerSeller()]
        case 94...96: [resolve() ?? registerSeller()]
        default: [(chance(1, 3) ? reassign() : assign()) ?? registerSeller()]
        }
    }
}
