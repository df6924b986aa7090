import Testing

@testable import ServiceFramework

/// Destinations that take nothing at present: pauses that grow, one message after each, then more. No clock: moments are given.
struct RelayHoldsTests {
    private var holds = RelayHolds(seed: 7)
    private let sales = RelayDestination(code: 1)
    private let refunds = RelayDestination(code: 2)
    private var now: Int64 = 0

    private mutating func send(_ destination: RelayDestination, most: Int = 1000) -> Int {
        var count = 0
        while count < most, holds.take(destination, at: now) { count += 1 }
        return count
    }

    @Test mutating func `a queue that is full for a day sees one message in half a minute at last`() {
        _ = holds.refused(sales, .full, at: now)
        var copies = 0
        var pauses: [Int64] = []
        while now < 86_400_000 {
            let due = holds.nextEnd(after: now) ?? now
            pauses.append(due - now)
            now = due
            let sent = send(sales)
            #expect(sent == 1)
            copies += sent
            _ = holds.refused(sales, .full, at: now)
        }
        #expect(copies < 6000)
        #expect(pauses.prefix(4).allSatisfy { $0 <= 800 }, "it begins with tenths of a second")
        #expect(pauses.suffix(100).allSatisfy { (15_000...30_000).contains($0) })
        #expect(Set(pauses.suffix(100)).count > 50, "with jitter")
    }

    @Test mutating func `in the first half minute there are a handful`() {
        var copies = 0
        _ = holds.refused(sales, .full, at: now)
        while let due = holds.nextEnd(after: now), due < 30_000 {
            now = due
            copies += send(sales)
            _ = holds.refused(sales, .full, at: now)
        }
        #expect((5...10).contains(copies))
    }

    @Test mutating func `nothing goes during a pause, and the others are free`() {
        _ = holds.refused(sales, .full, at: now)
        #expect(send(sales) == 0)
        #expect(send(refunds, most: 5) == 5)
        #expect(!holds.isDue(at: now))
        #expect(holds.isDue(at: 100))
    }

    @Test mutating func `what was on its way before does not make the pause longer`() {
        let begins = holds.refused(sales, .full, at: now)
        #expect(begins)
        let due = holds.nextEnd(after: now)
        for _ in 1...2000 {
            let again = holds.refused(sales, .full, at: now + 1)
            #expect(!again)
        }
        #expect(holds.nextEnd(after: now) == due)
    }

    @Test mutating func `after one comes two, and four, until the window is open`() {
        _ = holds.refused(sales, .full, at: now)
        now = 100
        var sizes: [Int] = []
        while holds.isHeld(sales) {
            sizes.append(send(sales))
            for _ in 0..<sizes[sizes.count - 1] { holds.passed(sales, at: now) }
        }
        #expect(sizes == [1, 2, 4, 8, 16, 32, 64])
        #expect(send(sales) == 1000)
    }

    @Test mutating func `a queue that is emptied slowly is not given up`() {
        _ = holds.refused(sales, .full, at: now)
        var (taken, room) = (0, 0)
        // Room for two more every 500 ms.
        for moment in stride(from: Int64(0), to: 60_000, by: 100) {
            now = moment
            if moment % 500 == 0 { room = 2 }
            for _ in 0..<send(sales) {
                if room > 0 {
                    (room, taken) = (room - 1, taken + 1)
                    holds.passed(sales, at: now)
                } else {
                    _ = holds.refused(sales, .full, at: now)
                }
            }
        }
        #expect(taken >= 100, "of 240")
    }

    @Test mutating func `a message that was lost on trial leaves room for another`() {
        _ = holds.refused(sales, .full, at: now)
        now = 100
        #expect(send(sales) == 1)
        #expect(send(sales) == 0)
        holds.lost(sales)
        #expect(send(sales) == 1)
    }

    @Test mutating func `what is forbidden is tried alone, what is full is not`() {
        _ = holds.refused(sales, .forbidden, at: now)
        _ = holds.refused(refunds, .full, at: now)
        #expect(holds.dueAlone(at: 100) == nil)
        #expect(holds.dueAlone(at: 1000) == sales)
        now = 1000
        #expect(send(sales) == 1)
        #expect(holds.dueAlone(at: now) == nil, "it is on its way")
    }

    @Test mutating func `a hold for which nothing waits is forgotten`() {
        _ = holds.refused(sales, .full, at: now)
        _ = holds.refused(refunds, .full, at: now)
        holds.keep([refunds])
        #expect(!holds.isHeld(sales))
        #expect(holds.isHeld(refunds))
    }
}
