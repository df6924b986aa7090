import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import Store

/// Looks at every commit: the laws that hold at all times, and the model beside it.
struct Watch {
    private(set) var model: ReferenceModel
    /// Every event of the platform, by its id.
    private(set) var published: [String: PublishedEvent] = [:]
    /// Ids of events in the order of publication, by service.
    private(set) var publishedIds: [String: [String]] = [:]
    private var lastSequence: [String: Int64] = [:]
    /// Ids of the messages that each service has judged.
    private var judged: [String: Set<String>] = [:]
    private var settled: Set<String> = []
    /// Settlements of the commit that is looked at.
    private var posts: [SettlementPosted] = []
    /// How often what happened: a simulation in which nothing is sold proves nothing.
    private(set) var counts: [String: Int] = [:]

    init(rates: [(from: BusinessDate, percent: Int64)]) { model = ReferenceModel(rates: rates) }

    /// What Settlement has done and knows, at the moment of a backup.
    struct Memory {
        let takenAt: Instant
        fileprivate let judged: Set<String>
        fileprivate let settled: Set<String>
        fileprivate let books: ReferenceModel.Books
    }

    func memory(at now: Instant) -> Memory {
        Memory(takenAt: now, judged: judged["settlement"] ?? [], settled: settled, books: model.books)
    }

    /// Settlement is put back to a backup, and goes on as another source.
    mutating func restore(_ memory: Memory) {
        judged["settlement"] = memory.judged
        settled = memory.settled
        model.books = memory.books
        lastSequence["settlement"] = 0
        counts["restored", default: 0] += 1
    }

    mutating func observe(_ node: Node, _ commit: Node.Commit, _ desk: Desk) throws {
        if commit.judged.isEmpty, commit.events.isEmpty { return }
        for event in commit.events { try note(event, of: node.name) }
        try checkRates(on: BusinessDate(commit.now))
        for judged in commit.judged {
            if judged.verdict == .parked(.poison) {
                try giveUp(judged, node, desk)
                continue
            }
            switch judged.channel {
            case .commands: try judge(judged, node, commit, desk)
            case .events: try take(judged, node, commit)
            case .dead: throw Broken("\(node.name) got a dead letter")
            }
        }
        try checkStore(node)
    }

    /// A message is parked for what it did to the process: never an innocent one.
    private mutating func giveUp(_ parked: Node.Judged, _ node: Node, _ desk: Desk) throws {
        let id = parked.id ?? ""
        let deaths = (node.deaths[id] ?? 0) + (node.deaths["replay"] ?? 0)
        if deaths < Limits.attempts { throw Broken("\(node.name): \(name(id, desk)) is parked as poison after \(deaths) deaths") }
        desk.expectOther(id)
        counts["parked as poison", default: 0] += 1
    }

    // MARK: Events

    private mutating func note(_ event: PublishedEvent, of service: String) throws {
        let sequence = event.sequence ?? 0
        if sequence != (lastSequence[service] ?? 0) + 1 {
            throw Broken("\(service) published \(sequence) after \(lastSequence[service] ?? 0)")
        }
        lastSequence[service] = sequence
        guard published.updateValue(event, forKey: event.id) == nil else { throw Broken("two events have the id \(event.id)") }
        publishedIds[service, default: []].append(event.id)
        counts["event \(service).\(event.name)", default: 0] += 1
        switch event.name {
        case "settlement-posted": try check(event.decode(SettlementPosted.self))
        case "settlement-reversed":
            let reversed = try event.decode(SettlementReversed.self)
            for line in reversed.lines { try checkShares(line.shares, "\(reversed.refundId) \(line.lineId)") }
        default: break
        }
    }

    private mutating func check(_ posted: SettlementPosted) throws {
        guard settled.insert(posted.settlementId).inserted else { throw Broken("\(posted.settlementId) was settled twice") }
        for line in posted.lines { try checkShares(line.shares, "\(posted.settlementId) \(line.lineId)") }
        guard let saleId = posted.saleId else { return }
        guard let sale = model.shelf.sales[saleId] else { throw Broken("\(saleId) was settled and never sold") }
        for line in posted.lines where sale.lines[line.lineId]?.net != line.shares.net.amount {
            throw Broken("\(saleId) \(line.lineId) was settled as \(line.shares.net), not as it was sold")
        }
        posts.append(posted)
    }

    /// What was just settled has the rate of its day.
    private mutating func checkRates(on day: BusinessDate) throws {
        for line in posts.flatMap(\.lines) {
            let right = line.shares.net.amount * model.money.rate(on: day) / 100
            if line.shares.martShare.amount != right {
                throw Broken("the mart gets \(line.shares.martShare) of \(line.shares.net) on \(day), and should get \(right)")
            }
        }
        posts = []
    }

    private func checkShares(_ shares: Shares, _ what: String) throws {
        let (net, seller, mart) = (shares.net.amount, shares.sellerShare.amount, shares.martShare.amount)
        if seller + mart != net || seller < 0 || mart < 0 { throw Broken("\(what): \(seller) + \(mart) is not \(net)") }
    }

    private mutating func take(_ incoming: Node.Judged, _ node: Node, _ commit: Node.Commit) throws {
        guard let id = incoming.id, let event = published[id] else {
            if case .parked = incoming.verdict { return }
            throw Broken("\(node.name) took in an event that nobody published")
        }
        let isFirst = judged[node.name, default: []].insert(id).inserted
        let expected: Decision.Verdict = isFirst ? .accepted : .duplicate
        if incoming.verdict != expected {
            throw Broken("\(node.name): \(event.name) \(event.subject ?? "") was \(incoming.verdict.word), not \(expected.word)")
        }
        guard isFirst else { return }
        if node.name == "consignment" { try model.shelf.known.learn(event, on: BusinessDate(commit.now)) }
        if node.name == "settlement" { try model.settle(event, on: BusinessDate(commit.now)) }
    }

    func hasTaken(_ service: String, _ eventId: String) -> Bool { judged[service]?.contains(eventId) ?? false }

    // MARK: Commands

    private mutating func judge(_ incoming: Node.Judged, _ node: Node, _ commit: Node.Commit, _ desk: Desk) throws {
        let verdict = incoming.verdict
        if incoming.correlationId == "probe" {
            if verdict == .rejected(.conflict) { return }
            throw Broken("\(node.name): a message id with other content was \(verdict.word)")
        }
        guard let id = incoming.id, let asked = desk.asked(id) else {
            if case .parked = verdict { return }
            throw Broken("\(node.name) took garbage for a command: \(verdict.word)")
        }
        let isFirst = judged[node.name, default: []].insert(id).inserted
        counts["command \(asked.name) \(isFirst ? verdict.word : "repeated")", default: 0] += 1
        var expected: Decision.Verdict = isFirst ? .accepted : .duplicate
        if isFirst, let command = asked.command {
            expected = try model.judge(command, at: commit.now, commit.events, found: verdict)
        }
        if verdict != expected {
            throw Broken("\(node.name): \(name(id, desk)) (\(id)) was \(verdict.word), by the model it is \(expected.word)")
        }
    }

    /// A message as a trace names it.
    func name(_ id: String, _ desk: Desk) -> String {
        if let event = published[id] { return "\(event.sequence ?? 0) \(event.name) \(event.subject ?? "")" }
        return desk.asked(id).map { "\($0.name.name) \($0.command?.subject ?? "")" } ?? "something"
    }

    mutating func count(_ fault: Fault) { note("fault \(fault.rawValue)") }
    mutating func note(_ what: String) { counts[what, default: 0] += 1 }

    // MARK: The store

    private static let everywhere = [
        "the outbox has a gap": "SELECT count(*) <> coalesce(max(position), 0) FROM outbox",
        "marked as sent beyond the last event": "SELECT eventsSent > (SELECT coalesce(max(position), 0) FROM outbox) FROM progress",
    ]
    private static let ofService = [
        "consignment": [
            "a lot is no identity": """
            SELECT count(*) FROM lot WHERE accepted + adjusted <> onHand + sold - restocked + returned + writtenOff OR onHand < 0
                OR onHand <> (SELECT sum(quantity) FROM lotMovement WHERE lotMovement.lotNumber = lot.lotNumber)
            """,
            "a sale is not the sum of its lines":
                "SELECT count(*) FROM sale WHERE total <> (SELECT sum(net) FROM saleLine WHERE saleLine.saleNumber = sale.saleNumber)",
        ],
        "settlement": [
            "a posting does not sum to zero": "SELECT count(*) FROM unbalancedPosting",
            "the ledger does not sum to zero": "SELECT coalesce(sum(amount), 0) FROM entry",
            "a seller has less than 90 %": "SELECT count(*) FROM saleLine WHERE sellerShare * 10 < net * 9",
        ],
        "catalog": [
            "a product is listed though its mart is closed": """
            SELECT count(*) FROM product LEFT JOIN mart USING (regency) WHERE state = 'listed' AND coalesce(isOpen, 0) = 0
            """
        ],
    ]

    /// What must count nothing, by service, in one statement.
    private static let laws = Dictionary(
        uniqueKeysWithValues: ["catalog", "permits", "consignment", "settlement"].map { service in
            let laws = everywhere.merging(ofService[service] ?? [:]) { first, _ in first }.sorted { $0.key < $1.key }
            return (service, (names: laws.map(\.key), sql: "SELECT " + laws.map { "(\($0.value))" }.joined(separator: ", ")))
        })

    /// Over the writer's connection: another one would have to be opened first.
    private func checkStore(_ node: Node) throws {
        guard let pool = node.store?.pool, let laws = Self.laws[node.name] else { return }
        try pool.writeWithoutTransaction { db in
            guard let row = try Row.fetchOne(db.cachedStatement(sql: laws.sql)) else { return }
            for (place, law) in laws.names.enumerated() where (row[place] as Int64? ?? 0) != 0 { throw Broken("\(node.name): \(law)") }
        }
    }
}

extension Decision.Verdict {
    var word: String {
        switch self {
        case .accepted: "accepted"
        case .duplicate: "duplicate"
        case .rejected(let code): code.rawValue
        case .unanswered: "unanswered"
        case .parked(let reason): "parked \(reason.rawValue)"
        }
    }
}
