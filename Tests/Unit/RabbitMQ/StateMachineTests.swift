import Testing

@testable import RabbitMQ

@Suite("Acknowledging")
struct AcknowledgementLedgerTests {
    private static func ledger(delivered tag: UInt64) -> AcknowledgementLedger {
        var ledger = AcknowledgementLedger()
        ledger.deliver(through: tag)
        return ledger
    }

    @Test func sendsTheHighestOfMany() {
        var ledger = Self.ledger(delivered: 10)
        for tag: UInt64 in [2, 7, 5] { #expect(ledger.note(.acknowledgeThrough, tag: tag) == nil) }
        #expect(ledger.flush() == [.acknowledge(tag: 7, multiple: true)])
        #expect(ledger.flush() == [])
        #expect(ledger.settledThrough == 7)
    }

    @Test func sendsSingleOnesAsOneUpToTheFirstGap() {
        var ledger = Self.ledger(delivered: 10)
        for tag: UInt64 in [3, 1, 9, 2, 7] { #expect(ledger.note(.acknowledge, tag: tag) == nil) }
        #expect(
            ledger.flush() == [
                .acknowledge(tag: 3, multiple: true), .acknowledge(tag: 7, multiple: false), .acknowledge(tag: 9, multiple: false),
            ])
        for tag: UInt64 in [4, 5, 6, 7] { #expect(ledger.note(.acknowledge, tag: tag) == nil) }
        #expect(ledger.flush() == [.acknowledge(tag: 6, multiple: true)])
        #expect(ledger.settledThrough == 7)
    }

    @Test func neverNamesAnUnknownOrSettledTag() {
        var ledger = Self.ledger(delivered: 4)
        for tag: UInt64 in [0, 5, .max] {
            for request in [.acknowledgeThrough, .acknowledge, .requeue, .discard] as [AcknowledgementLedger.Request] {
                #expect(ledger.note(request, tag: tag) == nil)
            }
        }
        #expect(ledger.flush() == [])
        #expect(ledger.note(.acknowledge, tag: 3) == nil)
        #expect(ledger.note(.requeue, tag: 3) == nil)
        #expect(ledger.flush() == [.acknowledge(tag: 3, multiple: false)])
        #expect(ledger.note(.acknowledge, tag: 3) == nil)
        #expect(ledger.note(.requeue, tag: 3) == nil)
        #expect(ledger.flush() == [])
    }

    @Test func rejectsAtOnce() {
        var ledger = Self.ledger(delivered: 4)
        #expect(ledger.note(.requeue, tag: 1) == .reject(tag: 1, requeue: true))
        #expect(ledger.note(.discard, tag: 2) == .reject(tag: 2, requeue: false))
        #expect(ledger.note(.discard, tag: 1) == nil)
        #expect(ledger.flush() == [])
        #expect(ledger.settledThrough == 2)
    }

    @Test func leavesOutWhatWasRejectedAtTheEndOfARange() {
        // The broker closes the channel when the last tag of a range is not unsettled.
        var ledger = Self.ledger(delivered: 6)
        #expect(ledger.note(.requeue, tag: 5) != nil)
        #expect(ledger.note(.discard, tag: 4) != nil)
        #expect(ledger.note(.acknowledgeThrough, tag: 5) == nil)
        #expect(ledger.flush() == [.acknowledge(tag: 3, multiple: true)])
        #expect(ledger.settledThrough == 5)
    }

    @Test func sendsNothingForARangeThatIsSettled() {
        var ledger = Self.ledger(delivered: 3)
        for tag: UInt64 in [2, 1, 3] { #expect(ledger.note(.discard, tag: tag) != nil) }
        #expect(ledger.note(.acknowledgeThrough, tag: 3) == nil)
        #expect(ledger.flush() == [])
        #expect(ledger.settledThrough == 3)
    }

    @Test func doesNotSettleAloneWhatAWaitingRangeHolds() {
        var ledger = Self.ledger(delivered: 9)
        #expect(ledger.note(.acknowledgeThrough, tag: 5) == nil)
        #expect(ledger.note(.requeue, tag: 4) == nil)
        #expect(ledger.note(.requeue, tag: 7) == .reject(tag: 7, requeue: true))
        #expect(ledger.note(.acknowledge, tag: 6) == nil)
        #expect(ledger.flush() == [.acknowledge(tag: 6, multiple: true)])
        #expect(ledger.settledThrough == 7)
    }
}

@Suite("Memory in hand")
struct BytesInHandTests {
    private static func ledger(_ sizes: [UInt32]) -> AcknowledgementLedger {
        var ledger = AcknowledgementLedger()
        ledger.deliver(sizes)
        return ledger
    }

    @Test func isWhatIsNotSettled() {
        var ledger = Self.ledger([1, 10, 100])
        ledger.deliver([1000, 10_000])
        #expect(ledger.bytesInHand == 11_111)
        _ = ledger.note(.acknowledgeThrough, tag: 2)
        // Only what is sent is settled.
        #expect(ledger.bytesInHand == 11_111)
        _ = ledger.flush()
        #expect(ledger.bytesInHand == 11_100)
        _ = ledger.note(.acknowledge, tag: 4)
        _ = ledger.flush()
        #expect(ledger.bytesInHand == 10_100)
        #expect(ledger.note(.requeue, tag: 5) != nil)
        #expect(ledger.bytesInHand == 100)
        _ = ledger.note(.acknowledge, tag: 3)
        _ = ledger.flush()
        #expect(ledger.bytesInHand == 0)
        ledger.deliver([7])
        #expect(ledger.bytesInHand == 7)
    }

    @Test func addsUpWhateverIsSettledInWhateverOrder() {
        for seed in 1...200 as ClosedRange<UInt64> {
            var random = seed
            func next(_ below: Int) -> Int {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(random >> 33) % below
            }
            var ledger = AcknowledgementLedger()
            var sizes: [Int] = []
            var open: Set<Int> = []
            for _ in 0..<300 {
                let new = (0..<next(4)).map { _ in UInt32(next(1000)) }
                for size in new {
                    sizes.append(Int(size))
                    open.insert(sizes.count)
                }
                ledger.deliver(new)
                guard !sizes.isEmpty else { continue }
                let tag = 1 + next(sizes.count)
                switch next(4) {
                case 0:
                    _ = ledger.note(.acknowledgeThrough, tag: UInt64(tag))
                    open = open.filter { $0 > tag }
                case 1:
                    _ = ledger.note(.acknowledge, tag: UInt64(tag))
                    open.remove(tag)
                default:
                    _ = ledger.note(next(2) == 0 ? .requeue : .discard, tag: UInt64(tag))
                    open.remove(tag)
                }
                _ = ledger.flush()
                #expect(ledger.bytesInHand == open.reduce(0) { $0 + sizes[$1 - 1] }, "seed \(seed)")
            }
        }
    }
}

@Suite("Reconnecting")
struct ReconnectScheduleTests {
    private static func moment(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    @Test(arguments: [0, 12_345_678_901, UInt64.max])
    func waitsAtMostHalfASecondInTheFirstMinute(random: UInt64) {
        var schedule = ReconnectSchedule()
        var delays: [Duration] = []
        for second in 0..<59 as Range<Int64> { delays.append(schedule.delay(after: Self.moment(second), random: random)) }
        #expect(delays[0] <= .milliseconds(50))
        #expect(delays.allSatisfy { $0 >= .milliseconds(25) && $0 <= .milliseconds(500) })
        #expect(delays[58] >= .milliseconds(250))
    }

    @Test func waitsLongerAfterAMinuteAndNeverMoreThanFiveSeconds() {
        var schedule = ReconnectSchedule()
        for second in 0..<60 as Range<Int64> { _ = schedule.delay(after: Self.moment(second), random: 1) }
        for second in 60..<400 as Range<Int64> {
            let delay = schedule.delay(after: Self.moment(second), random: UInt64(second) &* 0x9e37_79b9_7f4a_7c15)
            #expect(delay >= .milliseconds(2500) && delay <= .seconds(5))
        }
    }

    @Test func beginsAnewAfterAStableConnectionOnly() {
        var schedule = ReconnectSchedule()
        for _ in 0..<10 { _ = schedule.delay(after: Self.moment(0), random: 0) }
        schedule.connectionEnded(after: .seconds(1))
        #expect(schedule.delay(after: Self.moment(1), random: 0) == .milliseconds(250))
        schedule.connectionEnded(after: .seconds(5))
        #expect(schedule.delay(after: Self.moment(2), random: 0) == .milliseconds(25))
    }
}

@Suite("Nothing but nacks")
struct NackStreakTests {
    /// The moments at which nacks come (milliseconds), and whether the channel is given up at each.
    private static func answers(_ streak: inout NackStreak, _ milliseconds: Int64...) -> [Bool] {
        var answers: [Bool] = []
        for time in milliseconds { answers.append(streak.nacked(at: MonotonicTime(nanoseconds: time * 1_000_000))) }
        return answers
    }

    @Test func givesTheChannelUpAfterTheirPeriod() {
        var streak = NackStreak(period: .seconds(1))
        let answers = Self.answers(&streak, 0, 500, 999, 1000)
        #expect(answers == [false, false, false, true])
    }

    @Test func isEndedByAnAck() {
        var streak = NackStreak(period: .seconds(1))
        _ = Self.answers(&streak, 0)
        streak.acked()
        let answers = Self.answers(&streak, 2000, 2999, 3000)
        #expect(answers == [false, false, true])
    }

    @Test func waitsTwiceAsLongWhenTheNewChannelNacksToo() {
        var streak = NackStreak(period: .seconds(1))
        _ = Self.answers(&streak, 0, 1000)
        streak.reconnected()
        let answers = Self.answers(&streak, 1100, 2500, 3099, 3100)
        #expect(answers == [false, false, false, true])
    }
}
