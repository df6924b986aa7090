import Contracts
import MessagingTesting
import PermitsDomain
import StrictJSON
import Testing

@Suite struct StateTableTests {
    /// The contract's section 6, cell by cell; what is not here is `wrong-state`.
    private static let table: [PermitState: [PermitAction: PermitState]] = [
        .applied: [.approve: .approved, .refuse: .refused, .requestRepair: .repairRequested],
        .repairRequested: [.resubmit: .applied],
        .approved: [.suspend: .suspended, .revoke: .revoked, .expire: .expired],
        .suspended: [.reinstate: .approved, .revoke: .revoked, .expire: .expired],
    ]

    @Test(arguments: PermitState.allCases, PermitAction.allCases)
    func `every action leads from every state where the contract says`(state: PermitState, action: PermitAction) {
        #expect(state.after(action) == Self.table[state]?[action])
    }

    @Test(arguments: PermitState.allCases)
    func `a final state is one that nothing leads out of`(state: PermitState) {
        #expect(state.isFinal == PermitAction.allCases.allSatisfy { state.after($0) == nil })
        #expect(state.isLive == [.approved, .suspended].contains(state))
    }

    @Test(arguments: PermitState.allCases, PermitAction.allCases)
    func `an action is a duplicate exactly where the same one with the same data led to the state`(state: PermitState, action: PermitAction)
    {
        let said = Transition(action, data: [1])
        guard action.target == state else { return }
        let repeated = PermitLife(state: state, last: said)
        #expect(repeated.verdict(on: said, today: date("2026-02-05")) == .duplicate)
        let other = repeated.verdict(on: Transition(action, data: [2]), today: date("2026-02-05"))
        #expect(other == state.after(action).map { .becomes($0) } ?? .wrongState(state))
    }

    // MARK: The same through the service

    private static let commands = ["resubmit", "approve", "refuse", "request-repair", "suspend", "reinstate", "revoke"]
    private static let states = PermitState.allCases.map(\.rawValue)

    private func send(_ command: String, to permits: PermitsFixture, reason: String) throws -> TestReply {
        switch command {
        case "resubmit": try permits.resubmit(documents: [reason])
        case "approve": try permits.approve(officer: reason)
        case "refuse": try permits.refuse(reason: reason)
        case "request-repair": try permits.requestRepair(reason: reason)
        case "suspend": try permits.suspend(reason: reason)
        case "reinstate": try permits.reinstate(reason: reason)
        default: try permits.revoke(reason: reason)
        }
    }

    @Test(arguments: states, commands)
    func `every command in every state is accepted or is wrong-state without effect`(state: String, command: String) throws {
        let permits = try PermitsFixture(state)
        let next = try #require(PermitState(rawValue: state)).after(try #require(PermitAction(rawValue: command)))
        let reply = try send(command, to: permits, reason: "another reason")
        let read = try #require(try permits.state())
        if let next {
            #expect(reply.status == .accepted && reply.code == .ok)
            #expect(read == next.rawValue)
            let again = try send(command, to: permits, reason: "another reason")
            #expect(again.status == .duplicate && again.code == .ok)
            #expect(try permits.state() == next.rawValue)
            #expect(try permits.events().count == 1)
            #expect(try send(command, to: permits, reason: "a third reason").code == .wrongState)
        } else {
            #expect(reply.status == .rejected && reply.code == .wrongState)
            #expect(read == state)
            #expect(try permits.events().isEmpty)
        }
    }

    @Test func `a permit that is expired or revoked never comes back, and a refused one is applied for anew`() throws {
        let permits = try PermitsFixture("refused")
        #expect(try permits.apply("p2").status == .accepted)
        #expect(try permits.approve("p2").status == .accepted)
        #expect(try permits.state() == "refused")
    }

    @Test func `a suspension that was lifted can be said again with the same data`() throws {
        let permits = try PermitsFixture("suspended")
        try permits.reinstate()
        #expect(try permits.suspend().status == .accepted)
        #expect(try permits.reinstate().status == .accepted)
        #expect(try permits.reinstate().status == .duplicate)
        #expect(try permits.approve().code == .wrongState)
    }

    @Test func `an unknown permit is not-found and may be asked for again`() throws {
        let permits = try PermitsFixture()
        for command in Self.commands {
            let reply = try send(command, to: permits, reason: "any")
            #expect(reply.status == .rejected && reply.code == .notFound, "\(command)")
            #expect(reply.details["retriable"]?.bool == true)
            #expect(reply.subject == "p1")
        }
        #expect(try permits.harness.parked.isEmpty)
    }
}
