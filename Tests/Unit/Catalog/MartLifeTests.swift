import CatalogDomain
import Primitives
import Testing

@Suite("A mart's way through its days")
struct MartLifeTests {
    private static let today = day("2026-02-05")
    private static let closing = MartOrder(.close, data: [1])
    private static let reopening = MartOrder(.reopen, data: [2])

    private func verdict(
        _ order: MartOrder, _ life: MartLife?, on date: String = "2026-02-05"
    ) -> MartVerdict {
        .judge(order, life, effectiveOn: day(date), today: Self.today)
    }

    @Test("The state table, every cell of it")
    func table() {
        for state in MartState.allCases {
            for action in MartAction.allCases {
                let expected: MartState? =
                    switch (state, action) {
                    case (.open, .close): .closed
                    case (.closed, .reopen): .open
                    default: nil
                    }
                #expect(state.after(action) == expected, "\(state) \(action)")
                let life = MartLife(state: state, openedOn: state == .planned ? day("2026-03-01") : day("2026-02-01"))
                #expect(
                    verdict(MartOrder(action, data: [9]), life) == (expected == nil ? .wrongState(state) : .acceptable),
                    "\(state) \(action)")
            }
        }
    }

    @Test("What was ordered by the same data is no new order, whether it waits or has taken effect")
    func repeated() {
        let closed = MartLife(state: .closed, openedOn: day("2026-02-01"), last: Self.closing)
        #expect(verdict(Self.closing, closed) == .alreadyDone)
        #expect(verdict(MartOrder(.close, data: [7]), closed) == .wrongState(.closed))
        let planned = MartLife(
            state: .open, openedOn: day("2026-02-01"),
            planned: [PlannedOrder(position: 1, order: Self.closing, effectiveOn: day("2026-02-07"))])
        #expect(verdict(Self.closing, planned, on: "2026-02-07") == .alreadyDone)
        // Said again when its day is past, it still is no new order.
        #expect(verdict(Self.closing, closed, on: "2026-02-01") == .alreadyDone)
        #expect(verdict(Self.reopening, closed, on: "2026-02-04") == .pastDate)
    }

    @Test("A later day is judged by the state that the mart will have then")
    func ahead() {
        let life = MartLife(
            state: .planned, openedOn: day("2026-02-10"),
            planned: [PlannedOrder(position: 1, order: Self.closing, effectiveOn: day("2026-02-20"))])
        let other = MartOrder(.close, data: [8])
        #expect(verdict(other, life, on: "2026-02-09") == .wrongState(.planned))
        #expect(verdict(other, life, on: "2026-02-10") == .acceptable)
        #expect(verdict(other, life, on: "2026-02-20") == .wrongState(.closed))
        #expect(verdict(Self.reopening, life, on: "2026-02-19") == .wrongState(.open))
        #expect(verdict(Self.reopening, life, on: "2026-02-20") == .acceptable)
        #expect(verdict(Self.reopening, nil) == .unknownMart)
        #expect(verdict(Self.reopening, nil, on: "2026-02-04") == .pastDate)
    }

    @Test("Days that went by unseen are caught up with in their order, and an order that fits no longer is dropped")
    func steps() {
        let again = PlannedOrder(position: 3, order: MartOrder(.close, data: [3]), effectiveOn: day("2026-02-03"))
        let first = PlannedOrder(position: 1, order: Self.closing, effectiveOn: day("2026-02-02"))
        let end = PlannedOrder(position: 2, order: Self.reopening, effectiveOn: day("2026-02-04"))
        let early = PlannedOrder(position: 4, order: MartOrder(.reopen, data: [4]), effectiveOn: day("2026-01-31"))
        var life = MartLife(state: .planned, openedOn: day("2026-02-02"), planned: [end, again, first, early])
        var steps: [MartLife.Step] = []
        while let step = life.step(by: Self.today) { steps.append(step) }
        #expect(steps == [.drops(early), .opens, .takesEffect(first), .drops(again), .takesEffect(end)])
        #expect(life.state == .open && life.last == Self.reopening && life.planned.isEmpty)
    }
}
