import Contracts
import Messaging
import Primitives

/// Clocks that jump by years and come back, while services run and while they start; and people who look at them.
extension Simulation {
    /// By how many days a clock is wrong: what a machine without a battery says, a digit mistyped, a year too many.
    private static let errors: [Int64] = [-20_000, -3650, -365, -90, -2, 70, 100, 365, 3650, 20_000]
    /// Steps after which a person asks again.
    private static let patience = 60

    func disturbClocks() throws {
        if plan.faults.contains(.wildClock), clockRandom.below(plan.rarity) == 0 {
            let node = nodes[Int(clockRandom.below(4))]
            let days = Self.errors[Int(clockRandom.below(UInt64(Self.errors.count)))]
            if node.clock.wild == 0 { try disturb(node, days: days) }
        }
        acceptClocks()
    }

    private func disturb(_ node: Node, days: Int64) throws {
        note("FAULT wild-clock: \(node.name)'s is \(days) days off")
        watch.count(.wildClock)
        node.clock.wild = days * 86_400_000
        lasting.append(
            (
                { [unowned self] in
                    note("\(node.name)'s clock is right again")
                    node.clock.wild = 0
                }, step + 1 + Int(clockRandom.below(60))
            ))
        // Or it is so when the service starts.
        if clockRandom.below(2) == 0, node.doom == nil { try stop(node, for: 5) { try $0.crash() } }
    }

    /// A clock that is right and not believed is accepted: the service was away for too long.
    func acceptClocks() {
        for node in nodes where node.isClockDoubted && node.clock.wild == 0 {
            if let acceptedAt = node.acceptedAt, step - acceptedAt < Self.patience { continue }
            note("\(node.name)'s clock is accepted")
            watch.note("clock accepted")
            node.acceptedAt = step
            desk.ask(
                MessageName(node.name, "accept-clock"),
                ClockAcceptance.with { ($0.by, $0.reason) = ("Ani", "it was switched off for so long") })
        }
    }
}
