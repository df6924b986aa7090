import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework

extension Simulation {
    /// Rounds within which everything must have come to rest once nothing is wrong any more. Every message needs a few, and where one is out at a time
    /// they queue; a client that misses an answer asks again after a minute, which is sixty.
    private static let boundOfRounds = 1000

    /// All is mended: connections hold, processes run, clocks agree. Then everything must come to rest within the bound.
    func settle() throws {
        note("all is mended")
        // A service that starts may find its disk full, and that ends too.
        while let fault = lasting.popLast() { try fault.end() }
        for (zombie, _) in zombies { zombie.end(broker, arriving: 0) }
        zombies = []
        for node in nodes { node.cancelDeath() }
        try setClocksRight()
        mendDeadly()
        try comeToRest()
    }

    /// Business time never goes back: where a clock was ahead, people stop the service until the calendar has overtaken it.
    private func setClocksRight() throws {
        let ahead = nodes.filter { $0.businessNow > machine.now }
        let latest = ahead.map(\.businessNow).max() ?? machine.now
        for node in ahead { for zombie in try node.crash() { zombie.end(broker, arriving: 0) } }
        machine.pass(latest.milliseconds(since: machine.now))
        for node in nodes { (node.clock.offset, node.acceptedAt) = (0, nil) }
        for node in ahead { if let commit = try node.start() { try observe(commit, of: node) } }
    }

    /// Nothing happens any more but that days begin: what ends then must end on its day.
    func liveOn(days: Int) throws {
        for _ in 0..<days {
            machine.pass(86_400_000)
            try comeToRest()
            try compareWithModel()
        }
    }

    private func comeToRest() throws {
        for _ in 0..<Self.boundOfRounds {
            step += 1
            machine.pass(1000)
            acceptClocks()
            try takeRound()
            if !areServicesQuiet { continue }
            if desk.isQuiet {
                if try !hasGivenUp() { return }
                mendDeadly()
            }
            // Nothing is under way, so an answer was missed; time passes until it is asked for again.
            if desk.isWaiting { machine.pass(Desk.patience) }
        }
        throw Broken("it does not come to rest: \(unrest)")
    }

    /// Whether something is parked for what it did to the process.
    private func hasGivenUp() throws -> Bool {
        try nodes.contains { node in
            try node.store?.pool.writeWithoutTransaction { db in
                try Int.fetchOne(db.cachedStatement(sql: "SELECT 1 FROM parked WHERE state = 'parked' AND reason = 'poison' LIMIT 1"))
            } != nil
        }
    }

    /// Everybody does everything that can be done.
    func takeRound() throws {
        try connect()
        for end in nodes.map({ ($0.publisher, $0.consumer) }) + [(desk.publisher, desk.consumer)] {
            end.0.arrive(.max)
            try end.0.read(.max)
            end.1.arrive(.max)
            try end.1.read(.max)
        }
        for node in nodes {
            node.queuePublisher.arrive(.max)
            try node.queuePublisher.read(.max)
        }
        for node in nodes {
            try write(node, max: 100)
            try node.relay()
        }
        try turnDesk()
    }

    private var areServicesQuiet: Bool {
        nodes.allSatisfy(\.isQuiet) && desk.publisher.isIdle && desk.consumer.isIdle
            && broker.names.allSatisfy { broker.count(in: $0) == (0, 0) }
    }

    private var unrest: String {
        let queues = broker.names.map { "\($0) \(broker.count(in: $0))" }.filter { !$0.hasSuffix("0, unsettled: 0)") }
        return "\(nodes.filter { !$0.isQuiet }.map(\.name)) are busy, \(desk.openIds) are open, \(queues)"
    }

    /// What everybody holds in the end must be what the model holds, and nothing that was published may be missing where it was wanted.
    func compareWithModel() throws {
        let today = BusinessDate(machine.now)
        for node in nodes {
            if node.businessNow != machine.now { throw Broken("\(node.name): business time is \(node.businessNow), not \(machine.now)") }
            for consumer in nodes {
                let wanted = Set(consumer.definition.consumes.map(\.type))
                for id in watch.publishedIds[node.name] ?? [] where wanted.contains(watch.published[id]?.type ?? "") {
                    if !watch.hasTaken(consumer.name, id) {
                        throw Broken("\(consumer.name) never got \(watch.published[id]?.name ?? id) \(id)")
                    }
                }
            }
        }
        let model = watch.model
        try compare(
            "mart", in: 0,
            "SELECT regency, CASE WHEN isOpen = 1 THEN 'open' WHEN closedOn IS NULL THEN 'planned' ELSE 'closed' END FROM mart"
        ) {
            model.catalog.marts.state(of: $0, on: today)?.rawValue
        }
        let seller = "SELECT sellerId, name || ' ' || ifnull(phone, '-') || ' ' || ifnull(nib, '-') FROM seller"
        try compare("seller", in: 0, seller) { id in
            model.catalog.sellers[id].map { "\($0.name) \($0.phone ?? "-") \($0.nib ?? "-")" }
        }
        try compare("seller's name", in: 3, "SELECT sellerId, name FROM seller") { id in
            isRestored("catalog") ? model.money.sellers.name(of: id) : model.catalog.sellers[id]?.name
        }
        // What a service had said before it was put back, others go on with.
        let permits: any PermitView = isRestored("permits") ? model.catalog.permits : model.permits
        try compare("number", in: 0, "SELECT permitId, ifnull(correctedNumber, number) FROM permit WHERE number IS NOT NULL") { id in
            isRestored("permits") ? model.catalog.permits.number(of: id) : model.permits.permits[id]?.number
        }
        try compare("number", in: 1, "SELECT permitId, number FROM permit WHERE number IS NOT NULL") { model.permits.permits[$0]?.number }
        try compare("permit", in: 1, "SELECT permitId, state || ' ' || ifnull(validUntil, '-') FROM permit") { permitId in
            model.permits.permits[permitId].map { permit in
                let then = permit.on(today)
                return "\(then.state.rawValue) \(then.validUntil.map { "\($0.day)" } ?? "-")"
            }
        }
        let listing = """
            SELECT productId, CASE state WHEN 'listed' THEN 'listed until ' || ifnull(date(listedUntil * 86400, 'unixepoch'), '-')
                WHEN 'withdrawn' THEN 'withdrawn' ELSE 'not listed' END FROM product
            """
        try compare("listing", in: 0, listing) { model.catalog.listing(of: $0, permits, on: today) }
        try compare("listing", in: 2, "\(listing) WHERE sellerId IS NOT NULL") { id in
            isRestored("catalog") ? model.shelf.known.listing(of: id) : model.catalog.listing(of: id, permits, on: today)
        }
        try compare("price", in: 0, Self.priceInForce(on: today)) { product in model.catalog.price(of: product, on: today).map { "\($0)" } }
        try compare("lot", in: 2, "SELECT lotId, onHand FROM lot") { model.shelf.lots[$0].map { "\($0.onHand)" } }
        try compare("unallocated", in: 2, "SELECT productId, quantity FROM unallocated") { "\(model.shelf.unallocated[$0] ?? 0)" }
        if !isRestored("consignment"), let difference = model.money.difference(from: model.shelf) { throw Broken(difference) }
        let books = model.money.balances
        try compare(
            "balance", in: 3, "SELECT name, sum(amount) FROM account JOIN entry ON account = number GROUP BY number HAVING sum(amount) <> 0"
        ) { books[$0].map { "\($0)" } }
        try compareCounts(books.count)
    }

    private func isRestored(_ service: String) -> Bool { hasRestored && nodes[plan.restored].name == service }

    private static func priceInForce(on today: BusinessDate) -> String {
        """
        SELECT productId, (SELECT amount FROM price WHERE price.productId = product.productId AND effectiveOn <= \(today.day)
            ORDER BY effectiveOn DESC, position DESC LIMIT 1) FROM product
        """
    }

    private func compare(_ what: String, in place: Int, _ sql: String, _ expected: (String) -> String?) throws {
        for row in try rows(in: place, sql) {
            let (id, found) = (row[0] as String, (row[1] as DatabaseValue).description.trimmingQuotes)
            if let right = expected(id), right == found { continue }
            throw Broken("\(nodes[place].name): the \(what) of \(id) is \(found), by the model it is \(expected(id) ?? "nothing")")
        }
    }

    /// Nothing may be missing either.
    private func compareCounts(_ accounts: Int) throws {
        let model = watch.model
        let products = isRestored("catalog") ? model.shelf.known.products.count : model.catalog.products.count
        var counts: [(place: Int, sql: String, right: Int)] =
            [
                (0, "SELECT count(*) FROM seller", model.catalog.sellers.count),
                (3, "SELECT count(*) FROM seller", isRestored("catalog") ? model.money.sellers.count : model.catalog.sellers.count),
                (0, "SELECT count(*) FROM mart", model.catalog.marts.marts.count),
                (0, "SELECT count(*) FROM product", model.catalog.products.count),
                (2, "SELECT count(*) FROM product WHERE sellerId IS NOT NULL", products),
                (1, "SELECT count(*) FROM permit", model.permits.permits.count), (2, "SELECT count(*) FROM lot", model.shelf.lots.count),
                (2, "SELECT count(*) FROM sale", model.shelf.sales.count),
                (3, "SELECT count(*) FROM posting WHERE kind = 1", model.money.sales.count),
                (3, "SELECT count(*) FROM posting WHERE kind = 2", model.money.refunds.count),
                (3, "SELECT count(*) FROM waitingRefund", model.money.waiting.count),
                (3, "SELECT count(*) FROM (SELECT 1 FROM entry GROUP BY account HAVING sum(amount) <> 0)", accounts),
            ]
        let kept = "SELECT count(*) FROM parked WHERE state = 'parked' AND reason IN ('poison', 'inconsistent')"
        for place in nodes.indices { counts.append((place, kept, place == 3 ? watch.kept.values.count { $0 == .inconsistent } : 0)) }
        for (place, sql, right) in counts {
            let found = try rows(in: place, sql).first.map { $0[0] as Int } ?? -1
            if found != right { throw Broken("\(nodes[place].name): \(sql) is \(found), by the model \(right)") }
        }
    }

    /// Over the writer's connection, on which the statement is prepared once.
    private func rows(in place: Int, _ sql: String) throws -> [Row] {
        try nodes[place].store?.pool.writeWithoutTransaction { db in try Row.fetchAll(db.cachedStatement(sql: sql)) } ?? []
    }
}

extension String {
    fileprivate var trimmingQuotes: String { hasPrefix("\"") && hasSuffix("\"") && count >= 2 ? String(dropFirst().dropLast()) : self }
}
