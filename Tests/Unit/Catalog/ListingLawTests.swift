import CatalogDomain
import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import Testing

/// A product and everything that Permits ever said about its permits, in the order in which it was said.
private struct PermitHistory: CustomStringConvertible {
    enum Fact {
        case approved(from: BusinessDate, until: BusinessDate?)
        case suspended(on: BusinessDate)
        case reinstated(on: BusinessDate)
        case revoked(on: BusinessDate)
    }
    struct Permit {
        let kind: PermitKind
        /// A grant to another seller never counts.
        let isForeign: Bool
        let facts: [Fact]
    }

    let kind: ProductKind
    let permits: [Permit]
    /// Permit and fact, in the order of their sequence.
    private(set) var said: [(permit: Int, fact: Int)] = []
    /// Places in `said`, as they arrive: each at least once. −1: the product is registered.
    private(set) var arrivals: [Int]

    static let today = day("2026-10-15")
    private static let kinds: [ProductKind] = [.craft, .book, .foodDry, .saltIodised]

    init(_ choices: inout Choices) {
        kind = choices.pick(Self.kinds)
        let wanted = RequirementTable.builtIn.demand(on: kind, at: day("2027-01-01")).requirements.flatMap(\.alternatives)
        let permits = choices.array(1...5) { choices in
            Permit(kind: choices.pick(wanted), isForeign: choices.chance(1, in: 10), facts: Self.life(&choices))
        }
        self.permits = permits
        let order = choices.shuffled(permits.indices.flatMap { permit in permits[permit].facts.map { _ in permit } })
        var next = Array(repeating: 0, count: permits.count)
        for permit in order {
            said.append((permit, next[permit]))
            next[permit] += 1
        }
        arrivals = choices.shuffled(Array(-1..<said.count))
        for _ in 0..<choices.below(4) { arrivals.insert(choices.pick(arrivals), at: choices.below(arrivals.count + 1)) }
    }

    /// As Permits tells it: a decision is published on its day, so none lies ahead, and only a revocation reaches back.
    private static func life(_ choices: inout Choices) -> [Fact] {
        let from = today.adding(days: Int(choices.number(in: -30...10)))
        let until = choices.chance(1, in: 3) ? nil : from.adding(days: choices.below(60))
        var facts = [Fact.approved(from: from, until: until)]
        var decidedOn = today.adding(days: -20)
        for place in 0..<choices.below(5) {
            decidedOn = min(today, decidedOn.adding(days: choices.below(8)))
            facts.append(place.isMultiple(of: 2) ? .suspended(on: decidedOn) : .reinstated(on: decidedOn))
        }
        if choices.chance(1, in: 6) { facts.append(.revoked(on: today.adding(days: -choices.below(40)))) }
        return facts
    }

    var description: String {
        "\(kind) with \(permits)\nsaid as \(said.map { "\($0.permit).\($0.fact)" }), arrive as \(arrivals)"
    }

    /// `catalogue` keeps the names of one case apart from another in the same store, `base` their sequences.
    func delivery(_ place: Int, _ catalogue: String, after base: Int) -> Incoming {
        if place < 0 {
            return .delivery(of: World.product("\(catalogue)-p", kind, of: "\(catalogue)-s"), id: "\(catalogue)-register")
        }
        let (number, fact) = said[place]
        let permit = permits[number]
        var facts = PermitFacts()
        facts.permitId = "\(catalogue)-\(number)"
        facts.permitKind = permit.kind
        facts.sellerId = permit.isForeign ? "\(catalogue)-other" : "\(catalogue)-s"
        facts.productId = permit.kind.isBusinessLevel ? nil : "\(catalogue)-p"
        let (id, sequence) = ("\(catalogue)-m\(place)", Int64(base + place + 1))
        func decision<E: PermitDecisionEvent>(_ type: E.Type, _ date: BusinessDate) -> Incoming {
            let event = E.with {
                $0.permit = facts
                $0.decision.effectiveOn = date
            }
            return .delivery(of: event, id: id, sequence: sequence)
        }
        switch permit.facts[fact] {
        case .approved(let from, let until):
            let event = PermitApproved.with {
                $0.permit = facts
                $0.number = "1234567890123"
                $0.validFrom = from
                $0.validUntil = until
                $0.officer = "Officer"
            }
            return .delivery(of: event, id: id, sequence: sequence)
        case .suspended(let date): return decision(PermitSuspended.self, date)
        case .reinstated(let date): return decision(PermitReinstated.self, date)
        case .revoked(let date): return decision(PermitRevoked.self, date)
        }
    }

    /// Whether the product may be sold, by the contract's words and not by the code of the catalog.
    func isListed(on date: BusinessDate) -> Bool {
        RequirementTable.builtIn.demand(on: kind, at: date).requirements.allSatisfy { requirement in
            permits.contains { permit in
                guard requirement.alternatives.contains(permit.kind), !permit.isForeign else { return false }
                var isInForce = false
                for fact in permit.facts {
                    switch fact {
                    case .approved(let from, let until): isInForce = from <= date && date <= until ?? date
                    case .suspended(let since): if since <= date { isInForce = false }
                    case .reinstated(let since):
                        if since <= date, case .approved(let from, let until) = permit.facts[0] {
                            isInForce = from <= date && date <= until ?? date
                        }
                    case .revoked(let since): if since <= date { isInForce = false }
                    }
                }
                return isInForce
            }
        }
    }
}

@Suite("Laws of the listing")
struct ListingLawTests {
    @Test("a listing is a function of the set of permit facts and the date, whatever their order and repetition")
    func functionOfFacts() throws {
        let world = try World(now: "\(PermitHistory.today)")
        var histories: [PermitHistory] = []
        let broken = Law.broken(seed: 6005, of: PermitHistory.init) { history in
            let name = "c\(histories.count)"
            let base = histories.count * 2 * 1000
            histories.append(history)
            try world.harness.process(
                ["\(name)s", "\(name)c"].map { catalogue in
                    let seller = RegisterSeller.with {
                        $0.sellerId = "\(catalogue)-s"
                        $0.sellerName = "UMKM"
                        $0.regency = "53.06"
                    }
                    return .delivery(of: seller, id: "\(catalogue)-seller")
                })
            try world.harness.process((-1..<history.said.count).map { history.delivery($0, "\(name)s", after: base) })
            try world.harness.process(history.arrivals.map { history.delivery($0, "\(name)c", after: base + 1000) })
            return difference(
                history, try listing("\(name)s", in: world), try listing("\(name)c", in: world), PermitHistory.today)
        }
        #expect(broken == nil)
        #expect(try world.harness.parked.isEmpty)

        // The same on other days: the law changes on the 17th, permits begin and end.
        for date in ["2026-10-16", "2026-10-17", "2026-11-01", "2027-03-01"] {
            try world.harness.advance(to: date)
            let listings = try allListings(in: world)
            let wrong = histories.indices.lazy.compactMap { number in
                difference(histories[number], listings["c\(number)s-p"] ?? "?", listings["c\(number)c-p"] ?? "?", day(date)).map {
                    "\(date): \($0)\n\(histories[number])"
                }
            }.first
            #expect(wrong == nil)
        }
    }

    private func difference(_ history: PermitHistory, _ straight: String, _ crooked: String, _ date: BusinessDate) -> String? {
        if straight != crooked { return "in order \(straight), otherwise \(crooked)" }
        let isListed = history.isListed(on: date)
        return isListed == straight.hasPrefix("listed") ? nil : "\(straight), and by the contract it is \(isListed ? "" : "not ")for sale"
    }

    private static let listing = """
        iif(state = 'listed', 'listed', 'not listed') || ' until ' || ifnull(listedUntil, '-') || ' missing ' || missingPermits
        """

    private func allListings(in world: World) throws -> [String: String] {
        let rows = try world.harness.rows("SELECT productId, \(Self.listing) FROM product")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
    }

    /// Whether it may be sold, until when, and what is missing. Not why it is held: before its first listing a product is not held but awaits its
    /// permits, and whether it was ever listed is history.
    private func listing(_ catalogue: String, in world: World) throws -> String {
        try world.harness.rows("SELECT \(Self.listing) FROM product WHERE productId = ?", ["\(catalogue)-p"]).first.map { $0[0] }
            ?? "unknown"
    }
}
