import PermitsDomain
import Primitives
import Testing

@Suite struct PermitLifeTests {
    private func decision(_ position: Int64, _ action: PermitAction, on day: String) -> ScheduledDecision {
        ScheduledDecision(position: position, transition: Transition(action, data: [UInt8(position)]), effectiveOn: date(day))
    }

    private func approved(until end: String? = nil, announced: Int? = nil, _ pending: ScheduledDecision...) -> PermitLife {
        PermitLife(state: .approved, last: Transition(.approve), validUntil: end.map(date), announced: announced, pending: pending)
    }

    private func steps(_ life: PermitLife, by day: String) -> [PermitLife.Step] {
        var life = life
        var steps: [PermitLife.Step] = []
        while let step = life.step(by: date(day)) { steps.append(step) }
        return steps
    }

    @Test func `scheduled decisions take effect by day, then in order of acceptance`() {
        let (first, second, third) = (
            decision(3, .suspend, on: "2026-03-01"), decision(1, .reinstate, on: "2026-03-05"), decision(2, .revoke, on: "2026-03-05")
        )
        let life = approved(until: nil, third, second, first)
        #expect(steps(life, by: "2026-02-28").isEmpty)
        #expect(steps(life, by: "2026-03-01") == [.takesEffect(first)])
        #expect(steps(life, by: "2026-03-05") == [.takesEffect(first), .takesEffect(second), .takesEffect(third)])
        #expect(life.on(date("2026-03-04")).state == .suspended)
        #expect(life.on(date("2026-03-05")).state == .revoked)
    }

    @Test func `a decision that the table no longer allows is dropped on its day`() {
        let reinstate = decision(1, .reinstate, on: "2026-03-01")
        let life = approved(until: nil, reinstate)
        #expect(steps(life, by: "2026-02-28").isEmpty)
        #expect(steps(life, by: "2026-03-01") == [.drops(reinstate)])
        #expect(life.on(date("2026-03-01")).state == .approved)
    }

    @Test func `a permit expires on the day after its last, before that day's decisions`() {
        let revoke = decision(1, .revoke, on: "2026-06-01")
        let life = approved(until: "2026-05-31", announced: 7, revoke)
        #expect(steps(life, by: "2026-05-31").isEmpty)
        #expect(steps(life, by: "2026-06-01") == [.expires, .drops(revoke)])
        #expect(life.on(date("2026-06-01")).last == Transition(.expire))
    }

    @Test func `days that went by unseen are caught up with in their order`() {
        let (suspend, revoke) = (decision(1, .suspend, on: "2026-05-01"), decision(2, .revoke, on: "2026-06-20"))
        let life = approved(until: "2026-05-31", revoke, suspend)
        #expect(steps(life, by: "2026-07-01") == [.takesEffect(suspend), .expires, .drops(revoke)])
    }

    @Test func `a decision for the last day in force still takes effect`() {
        let revoke = decision(1, .revoke, on: "2026-05-31")
        #expect(steps(approved(until: "2026-05-31", announced: 7, revoke), by: "2026-06-05") == [.takesEffect(revoke)])
    }

    @Test func `a permit that is over drops what is still scheduled at once`() {
        let later = decision(1, .suspend, on: "2027-01-01")
        let life = PermitLife(state: .revoked, last: Transition(.revoke), pending: [later])
        #expect(steps(life, by: "2026-02-05") == [.drops(later)])
    }

    @Test(
        arguments: [
            (181, nil), (180, 180), (179, 180), (91, 180), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (1, 7), (0, 7),
        ] as [(Int, Int?)])
    func `only the nearest threshold that has been reached is announced`(daysLeft: Int, announced: Int?) {
        let end = date("2027-01-31")
        let today = end.adding(days: -daysLeft).description
        let expected: [PermitLife.Step] = announced.map { [.announcesEnd(daysLeft: $0)] } ?? []
        #expect(steps(approved(until: "2027-01-31"), by: today) == expected)
        #expect(steps(approved(until: "2027-01-31", announced: announced), by: today).isEmpty)
    }

    @Test func `a threshold is not announced again after a nearer one`() {
        #expect(steps(approved(until: "2027-01-31", announced: 30), by: "2026-08-30").isEmpty)
        #expect(steps(approved(until: "2027-01-31", announced: 30), by: "2027-01-24") == [.announcesEnd(daysLeft: 7)])
    }

    @Test func `the next day with something to do is the earliest of decision, announcement and end`() {
        #expect(approved().nextDue == nil)
        #expect(approved(until: "2027-01-31").nextDue == date("2026-08-04"))
        #expect(approved(until: "2027-01-31", announced: 180).nextDue == date("2026-11-02"))
        #expect(approved(until: "2027-01-31", announced: 7).nextDue == date("2027-02-01"))
        #expect(approved(until: "2027-01-31", announced: 7, decision(1, .suspend, on: "2027-01-30")).nextDue == date("2027-01-30"))
        #expect(PermitLife(state: .revoked, last: Transition(.revoke), validUntil: date("2027-01-31")).nextDue == nil)
        #expect(PermitLife(state: .applied, last: Transition(.apply)).nextDue == nil)
    }

    @Test(arguments: ["2026-02-05", "2026-08-04", "2026-12-31", "2027-01-31", "2027-02-01"])
    func `nothing is due before the next day with something to do`(today: String) throws {
        let life = approved(until: "2027-01-31", decision(1, .suspend, on: "2026-12-31")).on(date(today))
        guard let next = life.nextDue else {
            #expect(life.state == .expired)
            return
        }
        #expect(next > date(today))
        #expect(steps(life, by: next.adding(days: -1).description).isEmpty)
        #expect(!steps(life, by: next.description).isEmpty)
    }

    // MARK: Verdicts

    @Test func `only a revocation may reach into the past`() {
        let today = date("2026-02-05")
        let yesterday = date("2026-02-04")
        #expect(approved().verdict(on: Transition(.suspend), effectiveOn: yesterday, today: today) == .pastDate)
        #expect(approved().verdict(on: Transition(.reinstate), effectiveOn: yesterday, today: today) == .pastDate)
        #expect(approved().verdict(on: Transition(.revoke), effectiveOn: yesterday, today: today) == .becomes(.revoked))
        #expect(approved().verdict(on: Transition(.suspend), effectiveOn: today, today: today) == .becomes(.suspended))
        #expect(
            approved().verdict(on: Transition(.suspend), effectiveOn: date("2026-02-06"), today: today) == .scheduled(date("2026-02-06")))
    }

    @Test func `a later day is judged by the state that the permit will have then`() {
        let today = date("2026-02-05")
        let life = approved(until: "2026-12-31", decision(1, .suspend, on: "2026-03-10"))
        #expect(life.verdict(on: Transition(.reinstate), today: today) == .wrongState(.approved))
        #expect(life.verdict(on: Transition(.reinstate), effectiveOn: date("2026-03-09"), today: today) == .wrongState(.approved))
        #expect(life.verdict(on: Transition(.reinstate), effectiveOn: date("2026-03-10"), today: today) == .scheduled(date("2026-03-10")))
        #expect(life.verdict(on: Transition(.suspend), effectiveOn: date("2026-03-20"), today: today) == .wrongState(.suspended))
        #expect(life.verdict(on: Transition(.revoke), effectiveOn: date("2027-01-01"), today: today) == .wrongState(.expired))
        #expect(life.verdict(on: Transition(.revoke), effectiveOn: date("2026-12-31"), today: today) == .scheduled(date("2026-12-31")))
    }

    @Test func `a scheduled decision said again is a duplicate, before and after its day, even when the day has passed`() {
        let suspend = decision(1, .suspend, on: "2026-03-10")
        let life = approved(until: nil, suspend)
        for today in ["2026-02-05", "2026-03-10", "2026-03-11"] {
            #expect(life.verdict(on: suspend.transition, effectiveOn: suspend.effectiveOn, today: date(today)) == .duplicate)
        }
    }

    @Test func `a decision is judged by the calendar's day, even if the timer has not yet been there`() {
        let life = approved(until: "2026-02-04")
        #expect(life.verdict(on: Transition(.suspend), today: date("2026-02-04")) == .becomes(.suspended))
        #expect(life.verdict(on: Transition(.suspend), today: date("2026-02-05")) == .wrongState(.expired))
    }
}
