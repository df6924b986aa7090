import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import Store

/// Looks at every commit: the laws that hold at all times, and the model beside it.
struct Watch {
    private(set) var model = ReferenceModel()
    /// Every event of the platform, by its id.
    private(set) var published: [String: PublishedEvent] = [:]
    /// Ids of events in the order of publication, by service.
    private(set) var publishedIds: [String: [String]] = [:]
    private var lastSequence: [String: Int64] = [:]
    private var judgedCommands: Set<String> = []
    /// `<service> <event id>`
    private var judgedEvents: Set<String> = []
    private var settledSales: Set<String> = []
    /// How often what happened: a simulation in which nothing is sold proves nothing.
    private(set) var counts: [String: Int] = [:]

    mutating func observe(_ node: Node, _ commit: Node.Commit, _ desk: Desk) throws {
        for event in commit.events { try note(event, of: node.name) }
        for (incoming, verdict) in commit.judged {
            switch incoming.channel {
            case .commands: try judge(incoming, verdict, node, commit, desk)
            case .events: try take(incoming, verdict, node, commit)
            case .dead: throw Broken("\(node.name) got a dead letter")
            }
        }
        try checkStore(node)
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
        guard settledSales.insert(posted.settlementId).inserted else { throw Broken("\(posted.settlementId) was settled twice") }
        for line in posted.lines {
            try checkShares(line.shares, "\(posted.settlementId) \(line.lineId)")
            let net = line.shares.net.amount
            if posted.saleId != nil, line.shares.martShare.amount != net / 10 {
                throw Broken("the mart gets \(line.shares.martShare) of \(net)")
            }
        }
        guard let saleId = posted.saleId else { return }
        guard let sale = model.shelf.sales[saleId] else { throw Broken("\(saleId) was settled and never sold") }
        for line in posted.lines where sale.lines[line.lineId]?.net != line.shares.net.amount {
            throw Broken("\(saleId) \(line.lineId) was settled as \(line.shares.net), not as it was sold")
        }
    }

    private func checkShares(_ shares: Shares, _ what: String) throws {
        let (net, seller, mart) = (shares.net.amount, shares.sellerShare.amount, shares.martShare.amount)
        if seller + mart != net || seller < 0 || mart < 0 { throw Broken("\(what): \(seller) + \(mart) is not \(net)") }
    }

    private mutating func take(_ incoming: Incoming, _ verdict: Decision.Verdict, _ node: Node, _ commit: Node.Commit) throws {
        guard let id = incoming.messageId, let event = published[id] else {
            if case .parked = verdict { return }
            throw Broken("\(node.name) took in an event that nobody published")
        }
        let isFirst = judgedEvents.insert("\(node.name) \(id)").inserted
        let expected: Decision.Verdict = isFirst ? .accepted : .duplicate
        if verdict != expected {
            throw Broken("\(node.name): \(event.name) \(event.subject ?? "") was \(verdict.word), not \(expected.word)")
        }
        guard isFirst else { return }
        if node.name == "consignment" { try model.shelf.known.learn(event, on: BusinessDate(commit.now)) }
        if node.name == "settlement", event.name == "sale-recorded", let saleId = event.subject { model.settled(saleId) }
    }

    func hasTaken(_ service: String, _ eventId: String) -> Bool { judgedEvents.contains("\(service) \(eventId)") }

    // MARK: Commands

    private mutating func judge(
        _ incoming: Incoming, _ verdict: Decision.Verdict, _ node: Node, _ commit: Node.Commit, _ desk: Desk
    ) throws {
        if incoming.correlationId == "probe" {
            if verdict == .rejected(.conflict) { return }
            throw Broken("\(node.name): a message id with other content was \(verdict.word)")
        }
        guard let id = incoming.messageId, let command = desk.command(id) else {
            if case .parked = verdict { return }
            throw Broken("\(node.name) took garbage for a command: \(verdict.word)")
        }
        let isFirst = judgedCommands.insert(id).inserted
        counts["command \(type(of: command).name) \(isFirst ? verdict.word : "repeated")", default: 0] += 1
        let expected = isFirst ? try model.judge(command, at: commit.now, commit.events, found: verdict) : .duplicate
        if verdict != expected {
            throw Broken(
                "\(node.name): \(type(of: command).name.name) \(command.subject) (\(id)) was \(verdict.word), by the model it is \(expected.word)"
            )
        }
    }

    /// A message as a trace names it.
    func name(_ incoming: Incoming, _ desk: Desk) -> String {
        let id = incoming.messageId ?? "?"
        if let event = published[id] { return "\(event.sequence ?? 0) \(event.name) \(event.subject ?? "")" }
        return "\(id) \(desk.command(id).map { "\(type(of: $0).name.name) \($0.subject)" } ?? incoming.routingKey)"
    }

    mutating func count(_ fault: Fault) { counts["fault \(fault.rawValue)", default: 0] += 1 }

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

    /// What must count nothing, by service.
    private static let laws = Dictionary(
        uniqueKeysWithValues: ["catalog", "permits", "consignment", "settlement"].map { service in
            (service, everywhere.merging(ofService[service] ?? [:]) { first, _ in first }.sorted { $0.key < $1.key })
        })

    private func checkStore(_ node: Node) throws {
        guard let store = node.store else { return }
        try store.pool.read { db in
            for (law, sql) in Self.laws[node.name] ?? [] {
                let found = try Int64.fetchOne(db.cachedStatement(sql: sql)) ?? 0
                if found != 0 { throw Broken("\(node.name): \(law)") }
            }
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
