import Contracts
import Messaging
import PermitsDomain
import Primitives
import ServiceFramework
import Storage
import StrictJSON

/// The permits' rows, and the events that go with their changes.
struct PermitStore {
    let tx: Transaction

    init(_ tx: Transaction) { self.tx = tx }

    private static let find = SQL(
        """
        SELECT permitKind, regency, sellerId, productId, state, validUntil, transitionNumber, action, data,
            (SELECT min(daysLeft) FROM expiryNotice WHERE permitId = permit.permitId)
        FROM permit JOIN permitTransition ON permitTransition.permitId = permit.permitId AND permitTransition.number = transitionNumber
        WHERE permit.permitId = ?
        """)
    private static let pending = SQL(
        "SELECT position, action, data, effectiveOn FROM scheduledDecision WHERE permitId = ? AND status = 'pending'")

    func find(_ permitId: String) throws -> PermitRecord? {
        let pending = try tx.all(Self.pending, permitId) { row in
            ScheduledDecision(
                position: row.int(0), transition: Transition(try row.choice(1), data: row.blob(2)), effectiveOn: row.date(3))
        }
        return try tx.first(Self.find, permitId) { row in
            let kind = try row.choice(0, PermitKind.self)
            var facts = PermitFacts()
            facts.permitId = permitId
            facts.permitKind = kind
            facts.agency = kind.agency
            facts.regency = row.text(1)
            facts.sellerId = row.text(2)
            facts.productId = row.textOrNil(3)
            let life = PermitLife(
                state: try row.choice(4), last: Transition(try row.choice(7), data: row.blob(8)), validUntil: row.dateOrNil(5),
                announced: row.intOrNil(9).map { Int($0) }, pending: pending)
            return PermitRecord(facts: facts, life: life, transitionNumber: row.int(6))
        }
    }

    // MARK: Transitions

    private static let insertPermit = SQL(
        """
        INSERT INTO permit (permitId, permitKind, agency, regency, sellerId, productId, documents, appliedAt, state, transitionNumber)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'applied', 1)
        """)
    private static let insertTransition = SQL(
        """
        INSERT INTO permitTransition (permitId, number, action, fromState, toState, data, reason, officer, effectiveOn, occurredAt)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let updateState = SQL(
        """
        UPDATE permit SET state = ?1, transitionNumber = ?2, dueOn = CASE WHEN ?1 IN ('approved', 'suspended') THEN dueOn END
        WHERE permitId = ?3
        """)
    private static let updateDocuments = SQL("UPDATE permit SET documents = ? WHERE permitId = ?")
    private static let updateGrant = SQL(
        """
        UPDATE permit SET state = ?, transitionNumber = ?, number = ?, validFrom = ?, validUntil = ?, approvedBy = ?, warnings = ?, dueOn = ?
        WHERE permitId = ?
        """)

    func insert(_ facts: PermitFacts, agency: Agency, regency: String, documents: [String], data: [UInt8]) throws {
        try tx.execute(
            Self.insertPermit, facts.permitId, facts.permitKind, agency, regency, facts.sellerId, facts.productId, Self.list(documents),
            tx.now)
        let decision = Decision(transition: Transition(.apply, data: data), effectiveOn: tx.today)
        try insertTransition(facts.permitId, number: 1, from: nil, decision)
    }

    func replaceDocuments(of permitId: String, with documents: [String]) throws {
        try tx.execute(Self.updateDocuments, Self.list(documents), permitId)
    }

    /// Moves a permit along the state table; `dueOn` is left to `followCalendar`.
    func advance(_ permit: PermitRecord, by decision: Decision) throws {
        let number = permit.transitionNumber + 1
        try insertTransition(permit.facts.permitId, number: number, from: permit.life.state, decision)
        try tx.execute(Self.updateState, decision.transition.action.target.rawValue, number, permit.facts.permitId)
    }

    /// Approval: the only transition that brings papers.
    func grant(_ permit: PermitRecord, _ grant: Grant, warnings: [String], by decision: Decision) throws {
        let number = permit.transitionNumber + 1
        try insertTransition(permit.facts.permitId, number: number, from: permit.life.state, decision)
        let life = PermitLife(state: .approved, last: decision.transition, validUntil: grant.validUntil)
        try tx.execute(
            Self.updateGrant, life.state.rawValue, number, grant.number, grant.validFrom, grant.validUntil, decision.officer,
            Self.list(warnings), life.nextDue, permit.facts.permitId)
    }

    private func insertTransition(_ permitId: String, number: Int64, from state: PermitState?, _ decision: Decision) throws {
        let (transition, target) = (decision.transition, decision.transition.action.target)
        try tx.execute(
            Self.insertTransition, permitId, number, transition.action.rawValue, state?.rawValue, target.rawValue, transition.data,
            decision.reason, decision.officer, decision.effectiveOn, tx.now)
    }

    static func list(_ texts: [String]) -> String {
        var json = JSONWriter()
        json.array(texts) { $0.string($1) }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
