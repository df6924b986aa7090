import Contracts
import Primitives
import ServiceFramework

/// Marts and their days, by the words of section 5 of the contract: they open, close and open again, each on the day that was said for it.
struct MartBook {
    enum State: String {
        case planned, open, closed
    }
    enum Order { case close, reopen }

    struct Mart {
        let openedOn: BusinessDate
        var state = State.planned
        /// The order that led to the state, as it was said.
        var last: [UInt8]?
        /// Orders that wait for their day, in the order of acceptance.
        var waiting: [(day: BusinessDate, order: Order, said: [UInt8])] = []

        mutating func take(_ order: Order) -> Bool {
            switch (order, state) {
            case (.close, .open): state = .closed
            case (.reopen, .closed): state = .open
            default: return false
            }
            return true
        }

        /// Everything that its calendar brings by a day; on one day, the opening comes first.
        mutating func passTime(to today: BusinessDate) {
            while true {
                let next = waiting.indices.min { (waiting[$0].day, $0) < (waiting[$1].day, $1) }
                let opening = state == .planned && openedOn <= today ? openedOn : nil
                if let next, waiting[next].day <= today, opening.map({ waiting[next].day < $0 }) ?? true {
                    let order = waiting.remove(at: next)
                    if take(order.order) { last = order.said }
                } else if opening != nil {
                    state = .open
                } else {
                    return
                }
            }
        }

        func on(_ day: BusinessDate) -> Mart {
            var then = self
            then.passTime(to: day)
            return then
        }
    }

    private(set) var marts: [String: Mart] = [:]

    mutating func open(_ command: OpenMart) -> Decision.Verdict {
        guard let regency = command.regency else { return .rejected(.invalid) }
        marts[regency] = Mart(openedOn: command.openedOn)
        return .accepted
    }

    mutating func give(_ order: Order, to regency: String?, on day: BusinessDate?, said: [UInt8], _ today: BusinessDate) -> Decision.Verdict
    {
        guard let regency else { return .rejected(.invalid) }
        let day = day ?? today
        var mart = marts[regency]?.on(today)
        if let mart, mart.last == said || mart.waiting.contains(where: { $0.said == said }) { return .duplicate }
        if day < today { return .rejected(.invalid) }
        guard var then = mart?.on(day) else { return .rejected(.notFound) }
        guard then.take(order) else { return .rejected(.wrongState) }
        if day > today {
            mart?.waiting.append((day, order, said))
        } else {
            _ = mart?.take(order)
            mart?.last = said
        }
        marts[regency] = mart
        return .accepted
    }

    func state(of regency: String, on day: BusinessDate) -> State? { marts[regency]?.on(day).state }
}
