import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework

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
    /// Of those, the commands that were refused: a replay judges them afresh.
    private var refused: [String: Set<String>] = [:]
    private var settled: Set<String> = []
    /// Settlements of the commit that is looked at.
    private var posts: [SettlementPosted] = []
    /// Events that Settlement keeps for a person, because they do not fit what it has settled.
    private(set) var kept: [String: ParkReason] = [:]
    /// Those that had waited, and were given up in the commit that is looked at.
    private var givenUp: [String] = []
    /// How often what happened: a simulation in which nothing is sold proves nothing.
    private(set) var counts: [String: Int] = [:]

    init(rates: [(from: BusinessDate, percent: Int64)]) { model = ReferenceModel(rates: rates) }

    /// What a service has done and knows, at the moment of a backup.
    struct Memory {
        let service: String
        let takenAt: Instant
        /// Ids of the messages that it has judged.
        let judged: Set<String>
        fileprivate let refused: Set<String>
        fileprivate let settled: Set<String>
        fileprivate let kept: [String: ParkReason]
        fileprivate let published: Int
        fileprivate let model: ReferenceModel
    }

    func memory(of service: String, at now: Instant) -> Memory {
        Memory(
            service: service, takenAt: now, judged: judged[service] ?? [], refused: refused[service] ?? [], settled: settled, kept: kept,
            published: publishedIds[service]?.count ?? 0, model: model)
    }

    /// A service is put back to a backup, and goes on as another source. What it has published since may reach others, or may never.
    mutating func restore(_ memory: Memory) {
        let service = memory.service
        (judged[service], refused[service]) = (memory.judged, memory.refused)
        if service == "settlement" { (settled, kept) = (memory.settled, memory.kept) }
        publishedIds[service] = publishedIds[service].map { Array($0.prefix(memory.published)) }
        model.restore(service, from: memory.model)
        lastSequence[service] = 0
        note("restored \(service)")
    }

    mutating func observe(_ node: Node, _ commit: Node.Commit, _ desk: Desk) throws {
        try checkTime(node, commit)
        if commit.judged.isEmpty, commit.events.isEmpty { return }
        for event in commit.events { try note(event, of: node.name) }
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
        try checkPosts(on: BusinessDate(commit.now))
        if let id = givenUp.first { throw Broken("\(node.name) waits in vain with \(name(id, desk))") }
        try checkStore(node)
    }

    /// What the calendar alone brings about.
    private static let dated: Set<String> = ["permit-expired", "permit-expiring", "mart-opened", "mart-closed", "mart-reopened"]

    /// No wrong clock is believed: nothing happens before its time, and nothing dated as long as nobody knows the time.
    private func checkTime(_ node: Node, _ commit: Node.Commit) throws {
        let latest = node.machine.now.adding(milliseconds: max(0, node.clock.offset))
        if commit.now > latest { throw Broken("\(node.name): business time is \(commit.now), and it is \(latest) at the latest") }
        for event in commit.events where event.name == "permit-expired" {
            if let end = try event.decode(PermitExpired.self).validUntil, end >= BusinessDate(latest) {
                throw Broken("\(event.subject ?? "") expired after \(end), and it is \(latest) at the latest")
            }
        }
        if commit.holdsDates, commit.judged.isEmpty, let event = commit.events.first(where: { Self.dated.contains($0.name) }) {
            throw Broken("\(node.name): \(event.name) \(event.subject ?? "") although no clock is believed")
        }
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
        if posted.saleId != nil { posts.append(posted) }
    }

    /// What was just settled is what was sold, at the rate of its day.
    private mutating func checkPosts(on day: BusinessDate) throws {
        for posted in posts {
            guard let sale = model.money.sales[posted.settlementId] else {
                throw Broken("\(posted.settlementId) was settled and never sold")
            }
            for line in posted.lines {
                let (net, share) = (line.shares.net.amount, line.shares.martShare.amount)
                if sale.lines[line.lineId]?.net != net {
                    throw Broken("\(posted.settlementId) \(line.lineId) was settled as \(net), not as it was sold")
                }
                let right = net * model.money.rate(on: day) / 100
                if share != right { throw Broken("the mart gets Rp\(share) of Rp\(net) on \(day), and should get \(right)") }
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
        if incoming.isPutOff, let place = givenUp.firstIndex(of: id) {
            givenUp.remove(at: place)
            return
        }
        var expected = Decision.Verdict.duplicate
        if judged[node.name, default: []].insert(id).inserted {
            expected = try learn(event, node.name, on: BusinessDate(commit.now))
            // What is kept for a person claims nothing, and would be judged again.
            if case .parked = expected { judged[node.name]?.remove(id) }
        }
        if incoming.verdict != expected {
            throw Broken("\(node.name): \(event.name) \(event.subject ?? "") was \(incoming.verdict.word), not \(expected.word)")
        }
    }

    private mutating func learn(_ event: PublishedEvent, _ service: String, on day: BusinessDate) throws -> Decision.Verdict {
        switch service {
        case "consignment":
            try model.shelf.known.learn(event, on: day)
            return .accepted
        case "settlement":
            var left: [String] = []
            let verdict = try model.money.take(event, on: day, givenUp: &left)
            judged[service]?.subtract(left)
            givenUp += left
            for id in left { kept[id] = .inconsistent }
            if case .parked(let reason) = verdict { kept[event.id] = reason } else { kept[event.id] = nil }
            if verdict != .accepted { note("settlement judges what it knows \(verdict.word)") }
            return verdict
        case "catalog":
            try model.catalog.permits.learn(event, on: day)
            return .accepted
        default: return .accepted
        }
    }

    func hasTaken(_ service: String, _ eventId: String) -> Bool {
        judged[service]?.contains(eventId) == true || (service == "settlement" && kept[eventId] != nil)
    }

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
        let isAfresh = incoming.isReplay && refused[node.name]?.contains(id) == true
        let isFirst = judged[node.name, default: []].insert(id).inserted || isAfresh
        if isAfresh {
            note("refused and replayed: \(verdict.word)")
            desk.expectOther(id)
        }
        counts["command \(asked.name) \(isFirst ? verdict.word : "repeated")", default: 0] += 1
        var expected: Decision.Verdict = isFirst ? .accepted : .duplicate
        if isFirst, let command = asked.command {
            expected = try model.judge(command, at: commit.now, commit.events, found: verdict)
        }
        if isFirst {
            if case .rejected = verdict { refused[node.name, default: []].insert(id) } else { refused[node.name]?.remove(id) }
        }
        // The clock may have come right by itself.
        if isFirst, asked.name.name == "accept-clock", verdict == .rejected(.wrongState) { return }
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
