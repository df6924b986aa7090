import Contracts
import Messaging
import PermitsDomain
import Primitives
import ServiceFramework
import Storage

/// What comes by the calendar: scheduled decisions, the end and its announcements.
extension PermitStore {
    private static let insertDecision = SQL(
        """
        INSERT INTO scheduledDecision (permitId, position, action, data, reason, officer, effectiveOn, acceptedAt, correlationId)
        VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM scheduledDecision WHERE permitId = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        """)
    private static let findDecision = SQL(
        "SELECT reason, officer, correlationId FROM scheduledDecision WHERE permitId = ? AND position = ?")
    private static let closeDecision = SQL("UPDATE scheduledDecision SET status = ? WHERE permitId = ? AND position = ?")
    private static let insertNotice = SQL("INSERT INTO expiryNotice (permitId, daysLeft, announcedOn) VALUES (?, ?, ?)")
    private static let updateDue = SQL("UPDATE permit SET dueOn = ? WHERE permitId = ?")
    private static let due = SQL("SELECT permitId FROM permit WHERE dueOn <= ? ORDER BY dueOn, permitId LIMIT ?")

    /// Keeps a decision for its day.
    func schedule(_ permitId: String, _ decision: Decision) throws {
        try tx.execute(
            Self.insertDecision, permitId, decision.transition.action.rawValue, decision.transition.data, decision.reason, decision.officer,
            decision.effectiveOn, tx.now, tx.cause.correlationId)
        try followCalendar(permitId)
    }

    /// Permits with something to do by `day`, the longest overdue first.
    func due(by day: BusinessDate, limit: Int) throws -> [String] { try tx.all(Self.due, day, limit) { $0.text(0) } }

    /// Does everything that is due for the permit by today, in the order of its days, and remembers when to come again.
    func followCalendar(_ permitId: String) throws {
        guard var permit = try find(permitId) else { return }
        while true {
            // Rows are written from the permit as it stands before the step.
            let before = permit
            guard let step = permit.life.step(by: tx.today) else { break }
            if permit.life.state != before.life.state { permit.transitionNumber += 1 }
            try perform(step, on: before)
        }
        try tx.execute(Self.updateDue, permit.life.nextDue, permitId)
    }

    private func perform(_ step: PermitLife.Step, on permit: PermitRecord) throws {
        let permitId = permit.facts.permitId
        switch step {
        case .takesEffect(let scheduled):
            try tx.execute(Self.closeDecision, "done", permitId, scheduled.position)
            try takeEffect(scheduled, on: permit)
        case .drops(let scheduled):
            try tx.execute(Self.closeDecision, "dropped", permitId, scheduled.position)
        case .expires:
            let firstDayOver = permit.life.validUntil?.adding(days: 1) ?? tx.today
            try advance(permit, by: Decision(transition: Transition(.expire), effectiveOn: firstDayOver))
            try tx.publish(
                PermitExpired.with {
                    $0.permit = permit.facts
                    $0.validUntil = permit.life.validUntil
                })
        case .announcesEnd(let daysLeft):
            guard let validUntil = permit.life.validUntil else { return }
            try tx.execute(Self.insertNotice, permitId, daysLeft, tx.today)
            try tx.publish(
                PermitExpiring.with {
                    $0.permit = permit.facts
                    $0.validUntil = validUntil
                    $0.daysLeft = Int64(daysLeft)
                })
        }
    }

    private func takeEffect(_ scheduled: ScheduledDecision, on permit: PermitRecord) throws {
        let found = try tx.first(Self.findDecision, permit.facts.permitId, scheduled.position) { row in
            (reason: row.text(0), officer: row.text(1), correlationId: row.text(2))
        }
        guard let found else { return }
        let decision = Decision(
            transition: scheduled.transition, reason: found.reason, officer: found.officer, effectiveOn: scheduled.effectiveOn)
        try advance(permit, by: decision)
        // Brought by the calendar, but still found by whoever asks what became of the command.
        try tx.with(cause: .clock(tx.today, correlationId: found.correlationId)) { try publish(decision, of: permit.facts) }
    }

    /// The event by which a reasoned decision is told.
    func publish(_ decision: Decision, of facts: PermitFacts) throws {
        switch decision.transition.action {
        case .refuse: try tx.publish(event(PermitRefused.self, decision, facts))
        case .requestRepair: try tx.publish(event(PermitRepairRequested.self, decision, facts))
        case .suspend: try tx.publish(event(PermitSuspended.self, decision, facts))
        case .reinstate: try tx.publish(event(PermitReinstated.self, decision, facts))
        case .revoke: try tx.publish(event(PermitRevoked.self, decision, facts))
        case .apply, .resubmit, .approve, .expire: preconditionFailure("\(decision.transition.action) is told with other data")
        }
    }

    private func event<E: PermitDecisionEvent>(_ type: E.Type, _ decision: Decision, _ facts: PermitFacts) -> E {
        E.with {
            $0.permit = facts
            $0.decision.reason = decision.reason
            $0.decision.officer = decision.officer
            $0.decision.effectiveOn = decision.effectiveOn
        }
    }
}
