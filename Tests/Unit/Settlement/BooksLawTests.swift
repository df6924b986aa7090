import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import Testing

/// A log of what Consignment published and, in another order and with repetitions, how it arrived.
private struct EventLog: CustomStringConvertible {
    struct Line {
        let seller: Int?
        let quantity: Int64
        let price: Int64
        var refunds: [Int64] = []
        var refunded: Int64 { refunds.reduce(0, +) }
    }
    enum Fact {
        case sale(Int)
        /// Units of a line, after those that were refunded before.
        case refund(sale: Int, line: Int, quantity: Int64, before: Int64)
        case loss(seller: Int, quantity: Int64, price: Int64)
    }
    /// One arrival: a fact, under its own message id or, published again by a restored service, under another one.
    struct Arrival {
        let fact: Int
        let isRepublished: Bool
    }

    private(set) var sales: [[Line]]
    private(set) var facts: [Fact] = []
    private(set) var arrivals: [Arrival] = []

    init(_ choices: inout Choices) {
        sales = choices.array(1...2) { choices in
            choices.array(1...2) { choices in
                Line(
                    seller: choices.chance(1, in: 6) ? nil : choices.below(2), quantity: 1 + choices.number(in: 0...4),
                    price: 1 + choices.amount(upTo: 1_000_000))
            }
        }
        for sale in sales.indices {
            facts.append(.sale(sale))
            for _ in 0..<choices.below(3) {
                let line = choices.below(sales[sale].count)
                let before = sales[sale][line].refunded
                let left = sales[sale][line].quantity - before
                if left == 0 { continue }
                let quantity = 1 + choices.number(in: 0...left - 1)
                sales[sale][line].refunds.append(quantity)
                facts.append(.refund(sale: sale, line: line, quantity: quantity, before: before))
            }
        }
        if choices.chance(1, in: 3) {
            facts.append(
                .loss(seller: choices.below(2), quantity: 1 + choices.number(in: 0...3), price: 1 + choices.amount(upTo: 1_000_000)))
        }
        var order = choices.chance(1, in: 2) ? choices.shuffled(Array(facts.indices)) : Array(facts.indices)
        // A prefix is replayed, and single ones are repeated.
        if choices.chance(1, in: 3) {
            order.insert(contentsOf: order.prefix(choices.below(order.count + 1)), at: choices.below(order.count + 1))
        }
        for _ in 0..<choices.below(3) { order.insert(choices.pick(order), at: choices.below(order.count + 1)) }
        arrivals = order.map { Arrival(fact: $0, isRepublished: choices.chance(1, in: 6)) }
    }

    var description: String {
        "\(facts)\nof \(sales)\narrive as \(arrivals.map { "\($0.fact)\($0.isRepublished ? "'" : "")" }.joined(separator: " "))"
    }

    private func line(_ line: Int, of sale: Int, _ book: String) -> SaleRecorded.Line {
        let sold = sales[sale][line]
        return Fixture.line("l\(line)", seller: sold.seller.map { "\(book)-s\($0)" }, quantity: sold.quantity, price: sold.price)
    }

    /// A fact as a delivery. `book` keeps the names of one set of books apart from another in the same store.
    func delivery(_ number: Int, _ book: String, isRepublished: Bool = false) -> Incoming {
        let id = "\(book)-m\(number)\(isRepublished ? "'" : "")"
        let source = isRepublished ? "/consignment~2" : "/consignment"
        switch facts[number] {
        case .sale(let sale):
            let lines = sales[sale].indices.map { line($0, of: sale, book) }
            return .delivery(of: Fixture.sale("\(book)-sale\(sale)", lines: lines), id: id, source: source)
        case .refund(let sale, let place, let quantity, let before):
            let refunded = Fixture.refundLine(line(place, of: sale, book), quantity, before: before)
            return .delivery(
                of: Fixture.refund("\(book)-ref\(number)", of: "\(book)-sale\(sale)", lines: [refunded]), id: id, source: source)
        case .loss(let seller, let quantity, let price):
            var loss = Fixture.loss("\(book)-loss\(number)", quantity: quantity, price: price)
            loss.sellerId = "\(book)-s\(seller)"
            return .delivery(of: loss, id: id, source: source)
        }
    }

    /// What is owed to a seller in the end, by section 8 of the contract and nothing else.
    func owed(_ seller: Int?) -> Int64 {
        func share(_ net: Int64) -> Int64 { net - net / 10 }
        var owed: Int64 = 0
        for line in sales.joined() where line.seller == seller {
            let net = line.quantity * line.price
            owed += share(net - net * line.refunded / line.quantity)
        }
        for case .loss(let whose, let quantity, let price) in facts where whose == seller { owed += share(quantity * price) }
        return owed
    }
}

/// Many small sets of books in one store: opening a store for each would take longer than everything else.
private final class Bookkeeper {
    private let harness: ServiceHarness
    private var cases = 0

    init() throws { harness = try Fixture.harness() }

    func judge(_ log: EventLog) throws -> String? {
        cases += 1
        let (straight, crooked) = ("b\(cases)s", "b\(cases)c")
        try harness.process(log.facts.indices.map { log.delivery($0, straight) })
        try harness.process(log.arrivals.map { log.delivery($0.fact, crooked, isRepublished: $0.isRepublished) })
        let (expected, found) = (try canonicalState(straight), try canonicalState(crooked))
        if expected != found { return "the books differ:\n\(expected)\nand\n\(found)" }
        for seller in [0, 1, nil] {
            let account = seller.map { "seller-payable/-s\($0)" } ?? "suspense"
            let owed = log.owed(seller)
            if owed != 0, !found.contains("\(account) \(-owed)\n") { return "\(owed) is owed to \(account), not what is in\n\(found)" }
        }
        let waiting = try harness.number("SELECT (SELECT count(*) FROM waitingRefund) + (SELECT count(*) FROM parked)")
        return waiting == 0 ? nil : "something waits or is parked"
    }

    /// The state that the law calls equal: what was posted, with every line's shares and what was taken back, and every balance.
    private func canonicalState(_ book: String) throws -> String {
        let names: StatementArguments = ["\(book)-", "\(book).", "seller-payable/\(book)-", "seller-payable/\(book)."]
        let rows = try harness.rows(
            """
            WITH own AS (SELECT number, kind, key FROM posting WHERE key >= ?1 AND key < ?2)
            SELECT account.name || ' ' || sum(entry.amount) AS row
            FROM account CROSS JOIN own CROSS JOIN entry ON entry.account = account.number AND entry.posting = own.number
            WHERE account.number < 1000 OR (account.name >= ?3 AND account.name < ?4) GROUP BY account.number
            UNION ALL
            SELECT own.kind || ' ' || own.key FROM own
            UNION ALL
            SELECT own.key || ' ' || lineId || ' ' || net || ' ' || sellerShare || ' ' || martShare || ' ' || (
                SELECT ifnull(sum(quantity), 0) || ' ' || ifnull(sum(net), 0) || ' ' || ifnull(sum(sellerShare), 0)
                FROM refundLine WHERE sale = saleLine.posting AND lineId = saleLine.lineId)
            FROM own JOIN saleLine ON saleLine.posting = own.number
            ORDER BY row
            """, names)
        return rows.map { ($0[0] as String).replacing(book, with: "") + "\n" }.joined()
    }
}

@Suite("Laws of the books")
struct BooksLawTests {
    @Test("any order, repetition and replay of a log of events gives the same books")
    func anyOrder() throws {
        let bookkeeper = try Bookkeeper()
        #expect(Law.broken(seed: 6004, of: EventLog.init, law: bookkeeper.judge) == nil)
    }
}
