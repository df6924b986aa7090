import Testing

@testable import RabbitMQ

@Suite("Confirm tracking")
struct ConfirmTrackerTests {
    private typealias Settlement = RabbitMQPublisher.Settlement

    private static func moment(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    /// A tracker with messages in flight; the token is 100 + the number.
    private static func tracker(_ count: Int, window: Int = 8, returnKey: UInt64? = nil) -> ConfirmTracker {
        var tracker = ConfirmTracker(window: window)
        for number in 1...count { tracker.publish(token: 100 + UInt64(number), returnKey: returnKey, at: moment(Int64(number))) }
        return tracker
    }

    private static func confirmed(_ tokens: UInt64...) -> [Settlement] { tokens.map { Settlement(token: $0, outcome: .confirmed) } }

    @Test func numbersFromOne() {
        var tracker = ConfirmTracker(window: 4)
        #expect(tracker.publish(token: 9, returnKey: nil, at: Self.moment(0)) == 1)
        #expect(tracker.publish(token: 9, returnKey: nil, at: Self.moment(0)) == 2)
        #expect(tracker.inFlight == 2)
    }

    @Test func settlesOneByOneInAnyOrder() throws {
        var tracker = Self.tracker(3)
        try tracker.confirm(sequence: 2, multiple: false, isNack: false)
        try tracker.confirm(sequence: 3, multiple: false, isNack: false)
        try tracker.confirm(sequence: 1, multiple: false, isNack: false)
        #expect(tracker.settlements == Self.confirmed(102, 103, 101))
        #expect(tracker.inFlight == 0)
    }

    @Test func settlesManyAtOnceAndEachOnce() throws {
        var tracker = Self.tracker(5)
        try tracker.confirm(sequence: 2, multiple: false, isNack: false)
        try tracker.confirm(sequence: 4, multiple: true, isNack: false)
        #expect(tracker.settlements == Self.confirmed(102, 101, 103, 104))
        #expect(tracker.inFlight == 1)
    }

    @Test func settlesNacks() throws {
        var tracker = Self.tracker(3)
        try tracker.confirm(sequence: 2, multiple: true, isNack: true)
        try tracker.confirm(sequence: 3, multiple: false, isNack: false)
        #expect(tracker.settlements.map(\.outcome) == [.nacked, .nacked, .confirmed])
    }

    @Test func settlesAReturnedMessageAtItsConfirm() throws {
        var tracker = ConfirmTracker(window: 4)
        for (token, key) in [(1, 70), (2, 71), (3, 72)] as [(UInt64, UInt64)] {
            tracker.publish(token: token, returnKey: key, at: Self.moment(0))
        }
        try tracker.giveBack(returnKey: 71, replyCode: 312, text: "NO_ROUTE")
        #expect(tracker.settlements.isEmpty)
        try tracker.confirm(sequence: 3, multiple: true, isNack: false)
        #expect(tracker.settlements.map(\.outcome) == [.confirmed, .returned(replyCode: 312, text: "NO_ROUTE"), .confirmed])
    }

    @Test func countsAllThatLookAlikeAsReturned() throws {
        // Nobody can say which of them came back: publishing both again loses nothing.
        var tracker = Self.tracker(2, returnKey: 7)
        try tracker.giveBack(returnKey: 7, replyCode: 312, text: "NO_ROUTE")
        try tracker.giveBack(returnKey: 7, replyCode: 312, text: "NO_ROUTE")
        try tracker.confirm(sequence: 2, multiple: true, isNack: false)
        #expect(tracker.settlements.allSatisfy { $0.outcome == .returned(replyCode: 312, text: "NO_ROUTE") })
    }

    @Test func countsAReturnedAndRefusedMessageAsRefused() throws {
        var tracker = Self.tracker(1, returnKey: 7)
        try tracker.giveBack(returnKey: 7, replyCode: 312, text: "NO_ROUTE")
        try tracker.confirm(sequence: 1, multiple: false, isNack: true)
        #expect(tracker.settlements.map(\.outcome) == [.nacked])
    }

    @Test func doesNotTakeAReturnForAMessageThatWasNotMandatory() {
        var tracker = Self.tracker(1, returnKey: nil)
        #expect(throws: ConfirmTracker.Violation.unknownReturn) { try tracker.giveBack(returnKey: 0, replyCode: 312, text: "") }
    }

    @Test func refusesNumbersThatAreNotInFlight() throws {
        var tracker = Self.tracker(3)
        for (number, multiple) in [(0, false), (0, true), (4, false), (4, true)] as [(UInt64, Bool)] {
            #expect(throws: ConfirmTracker.Violation.unknownSequence(number)) {
                try tracker.confirm(sequence: number, multiple: multiple, isNack: false)
            }
        }
        try tracker.confirm(sequence: 2, multiple: false, isNack: false)
        #expect(throws: ConfirmTracker.Violation.unknownSequence(2)) {
            try tracker.confirm(sequence: 2, multiple: false, isNack: false)
        }
    }

    @Test func losesWhatIsUnsettledAndNothingElse() throws {
        var tracker = Self.tracker(4)
        try tracker.confirm(sequence: 3, multiple: false, isNack: false)
        tracker.settlements = []
        tracker.abandon()
        #expect(tracker.settlements == [101, 102, 104].map { Settlement(token: $0, outcome: .lost) })
        #expect(tracker.inFlight == 0)
        #expect(tracker.waitingSince == nil)
        tracker.abandon()
        #expect(tracker.settlements.count == 3)
    }

    @Test func keepsItsWindowOverManyRounds() throws {
        var tracker = ConfirmTracker(window: 4)
        var number: UInt64 = 0
        for _ in 0..<100 {
            while tracker.hasRoom {
                number += 1
                tracker.publish(token: number, returnKey: number, at: Self.moment(0))
            }
            #expect(tracker.inFlight == 4)
            try tracker.giveBack(returnKey: number - 1, replyCode: 312, text: "")
            try tracker.confirm(sequence: number, multiple: true, isNack: false)
        }
        #expect(tracker.settlements.map(\.token) == Array(1...number))
        #expect(tracker.settlements.filter { $0.outcome != .confirmed }.count == 100)
    }

    @Test func holdsTheWindowForAStraggler() throws {
        var tracker = Self.tracker(4, window: 4)
        try tracker.confirm(sequence: 2, multiple: false, isNack: false)
        #expect(!tracker.hasRoom)
        try tracker.confirm(sequence: 1, multiple: false, isNack: false)
        #expect(tracker.hasRoom)
        #expect(tracker.waitingSince == Self.moment(3))
    }

    @Test func waitsSinceTheOldestOrSinceTheClockBeganAnew() throws {
        var tracker = Self.tracker(3)
        #expect(tracker.waitingSince == Self.moment(1))
        try tracker.confirm(sequence: 1, multiple: false, isNack: false)
        #expect(tracker.waitingSince == Self.moment(2))
        tracker.restartClock(at: Self.moment(50))
        #expect(tracker.waitingSince == Self.moment(50))
        try tracker.confirm(sequence: 3, multiple: true, isNack: false)
        tracker.publish(token: 1, returnKey: nil, at: Self.moment(60))
        #expect(tracker.waitingSince == Self.moment(60))
    }
}
