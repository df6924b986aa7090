import Contracts
import Messaging
import ServiceFramework
import Testing

@testable import ServiceFramework

/// The window as a state machine: settlements in, the mark and what to send out. No broker, no store.
struct RelayWindowTests {
    private var window = RelayWindow(events: 10, replies: 5, consumed: ["sold"])
    private var now: Int64 = 1000

    /// Hands over fresh events up to a position.
    private mutating func handOver(eventsTo last: Int64) {
        while window.events.handedOver < last {
            window.events.handOver(window.events.handedOver + 1)
            window.main.handOver(100)
        }
    }

    private mutating func handOver(replies: ClosedRange<Int64>, _ lane: RelayLane = .main) {
        for position in replies {
            window.replies.handOver(position)
            window[lane].handOver(100)
        }
    }

    /// Everything that is to be sent again is.
    private mutating func resend() {
        for _ in window.events.holes { window.main.handOver(100) }
        window.events.resent(Set(window.events.holes.map(\.position)))
    }

    private func event(_ position: Int64, _ type: Int = 1, isConsumed: Bool = true) -> RelayToken {
        RelayToken(position, .event(isConsumed: isConsumed), RelayDestination(code: UInt16(type)))
    }

    private func reply(_ position: Int64) -> RelayToken {
        RelayToken(position, .reply, RelayDestination(replyTo: "reply.a.1", isQueue: false))
    }

    @discardableResult
    private mutating func settle(_ token: RelayToken, _ outcome: RelayWindow.Outcome, _ lane: RelayLane = .main) -> RelayWindow.Result {
        window.settle(token, outcome, on: lane, at: now)
    }

    private mutating func settle(events: ClosedRange<Int64>, _ outcome: RelayWindow.Outcome) {
        for position in events { settle(event(position), outcome) }
    }

    // MARK: Room

    @Test mutating func `what is in flight is bounded in messages, and in bytes`() {
        #expect(window.room(.main, at: now) == Limits.relayWindow)
        for size in [100, Limits.relayBytes - 101] { window.main.handOver(size) }
        #expect(window.room(.main, at: now) == Limits.relayWindow - 2)
        window.main.handOver(1)
        #expect(window.room(.main, at: now) == 0)
        #expect(window.room(.queues, at: now) == Limits.relayWindow, "the other lane's is its own")
        for position in 11...12 { settle(event(Int64(position)), .confirmed) }
        #expect(window.room(.main, at: now) == Limits.relayWindow - 1)
        settle(event(13), .lost)
        #expect(window.main.bytes == 0)
    }

    // MARK: The mark

    @Test mutating func `the mark follows confirms that come in order`() {
        handOver(eventsTo: 13)
        #expect(window.events.mark == 10)
        #expect(window.inFlight == 3)
        for position in 11...13 {
            settle(event(Int64(position)), .confirmed)
            #expect(window.events.mark == Int64(position))
        }
        #expect(window.inFlight == 0)
        #expect(window.events.holes.isEmpty)
    }

    @Test mutating func `a confirm before its turn does not move the mark until the gap closes`() {
        handOver(eventsTo: 14)
        settle(event(13), .confirmed)
        settle(event(12), .confirmed)
        #expect(window.events.mark == 10)
        #expect(window.events.leftBeyond == 2)
        settle(event(11), .confirmed)
        #expect(window.events.mark == 13)
        settle(event(14), .confirmed)
        #expect(window.events.mark == 14)
        #expect(window.events.leftBeyond == 0)
    }

    @Test mutating func `after a loss only what was not confirmed is sent again, in order`() {
        handOver(eventsTo: 15)
        settle(event(11), .confirmed)
        settle(event(13), .confirmed)
        for lost in [14, 12, 15] as [Int64] { settle(event(lost), .lost) }
        #expect(window.room(.main, at: now) == 0, "nothing goes before the end of the connection is concluded")
        window.conclude(.other, "", on: .main, at: now)
        #expect(window.room(.main, at: now) == 0, "nor at once after it")
        now += 50
        #expect(window.room(.main, at: now) > 1)
        #expect(window.events.mark == 11)
        #expect(window.events.holes.map(\.position) == [12, 14, 15])
        resend()
        #expect(window.inFlight == 3)
        settle(event(12), .confirmed)
        #expect(window.events.mark == 13)
        settle(events: 14...15, .confirmed)
        #expect(window.events.mark == 15)
        #expect(window.inFlight == 0)
    }

    @Test mutating func `losses again and again leave nothing out`() {
        handOver(eventsTo: 20)
        var onTheWay = Set<Int64>(11...20)
        var round = 0
        while !onTheWay.isEmpty, round < 10 {
            round += 1
            for position in onTheWay {
                let isConfirmed = (position + Int64(round)) % 3 == 0
                settle(event(position), isConfirmed ? .confirmed : .lost)
                if isConfirmed { onTheWay.remove(position) }
            }
            window.conclude(.other, "", on: .main, at: now)
            #expect(Set(window.events.holes.map(\.position)) == onTheWay)
            resend()
        }
        #expect(round == 3)
        #expect(window.events.mark == 20)
    }

    @Test mutating func `the mark is right over many thousands of positions`() {
        handOver(eventsTo: 20_010)
        for start in stride(from: Int64(11), through: 20_010, by: 100) {
            for position in (start..<start + 100).reversed() { settle(event(position), .confirmed) }
            #expect(window.events.mark == start + 99)
        }
        #expect(window.inFlight == 0)
    }

    // MARK: What finds no queue

    @Test mutating func `an event without a queue counts as sent if nobody consumes it`() {
        handOver(eventsTo: 11)
        settle(event(11, isConsumed: false), .returned)
        #expect(window.events.mark == 11)
        #expect(window.events.holes.isEmpty)
    }

    @Test mutating func `an event without a queue stays, and the topology is in doubt, if the contract names a consumer`() {
        handOver(eventsTo: 12)
        settle(event(11), .returned)
        settle(event(12, 2), .confirmed)
        #expect(window.events.mark == 10)
        let inDoubt = window.takeUnroutable()
        #expect(inDoubt == 11)
        let stillInDoubt = window.takeUnroutable()
        #expect(stillInDoubt == nil)
        #expect(window.events.holes.map(\.position) == [11])
        #expect(window.room(.main, at: now) > 1, "the others go on")
    }

    @Test mutating func `a reply that came back is final, a lost one is sent again`() {
        handOver(replies: 6...8)
        settle(reply(6), .returned)
        #expect(window.replies.mark == 6)
        settle(reply(7), .lost)
        settle(reply(8), .confirmed)
        #expect(window.replies.holes.map(\.position) == [7])
        #expect(window.replies.leftBeyond == 1)
    }

    @Test mutating func `replies that nobody asked for are passed over`() {
        window.replies.pass(6)
        #expect(window.replies.mark == 6)
        handOver(replies: 7...7)
        window.replies.pass(8)
        #expect(window.replies.mark == 6)
        #expect(window.inFlight == 1)
        settle(reply(7), .confirmed)
        #expect(window.replies.mark == 8)
        #expect(window.inFlight == 0)
    }

    // MARK: What a reply waits for

    @Test mutating func `a reply waits for its own events and no others`() {
        handOver(eventsTo: 14)
        let (own, none, old) = (OwnEvents(after: 12, through: 13), OwnEvents(after: 12, through: 12), OwnEvents(after: 0, through: 13))
        #expect(window.events.haveLeft(none), "it has none")
        #expect(!window.events.haveLeft(own))
        settle(event(13), .confirmed)
        #expect(window.events.haveLeft(own))
        #expect(!window.events.haveLeft(old), "of before this was noted: everything up to its last")
        settle(events: 11...12, .confirmed)
        #expect(window.events.haveLeft(old))
        #expect(!window.events.haveLeft(OwnEvents(after: 13, through: 14)))
    }

    @Test mutating func `an event that is given up holds up no reply`() {
        handOver(eventsTo: 12)
        settle(event(11), .invalid("too large"))
        #expect(window.events.haveLeft(OwnEvents(after: 10, through: 11)))
        #expect(window.events.mark == 11)
        #expect(window.takeNotes() == [SetAside.Note(.event, 11, reason: "it cannot be published: too large")])
    }

    // MARK: A message at fault

    /// The lane goes one by one and gives up the one that fails alone while the probe passes.
    @Test mutating func `the culprit of a window is given up and the others leave`() {
        handOver(replies: 6...8, .queues)
        for position in 6...8 as ClosedRange<Int64> { settle(reply(position), .lost, .queues) }
        window.conclude(.byMessage, "541", on: .queues, at: now)
        var attempts: [Int64: Int] = [:]
        for _ in 1...20 {
            now += 1000
            if window.mustProbe(.queues, at: now) {
                window.queues.handOver(100)
                settle(RelayToken(0, .probe, RelayDestination(code: 0)), .confirmed, .queues)
            }
            guard let hole = window.replies.holes.first else { break }
            #expect(window.room(.queues, at: now) == 1)
            window.replies.resent([hole.position])
            window.queues.handOver(100)
            attempts[hole.position, default: 0] += 1
            settle(reply(hole.position), hole.position == 7 ? .lost : .confirmed, .queues)
            window.conclude(.byMessage, "541", on: .queues, at: now)
        }
        #expect(attempts == [6: 1, 7: 3, 8: 1])
        #expect(window.replies.mark == 8)
        #expect(window.state(of: .queues) == .open)
        let notes = window.takeNotes()
        #expect(notes.map(\.position) == [7])
        #expect(notes.allSatisfy { $0.kind == .reply && $0.reason?.contains("541") == true })
    }

    @Test mutating func `one lane goes one by one and the other does not notice`() {
        handOver(eventsTo: 12)
        handOver(replies: 6...7, .queues)
        for position in 6...7 as ClosedRange<Int64> { settle(reply(position), .lost, .queues) }
        window.conclude(.byMessage, "541", on: .queues, at: now)
        #expect(window.state(of: .queues) == .oneByOne(left: 2))
        #expect(window.room(.main, at: now) > 1)
        settle(events: 11...12, .confirmed)
        #expect(window.events.mark == 12)
    }

    @Test mutating func `while nothing passes the pauses grow, and nothing is given up`() {
        handOver(eventsTo: 11)
        var pauses: [Int64] = []
        for round in 1...9 {
            settle(event(11), .lost)
            window.conclude(.byMessage, "541", on: .main, at: now)
            now += 100
            #expect(window.mustProbe(.main, at: now))
            window.main.handOver(100)
            settle(RelayToken(0, .probe, RelayDestination(code: 0)), .lost)
            window.conclude(.byMessage, "541", on: .main, at: now)
            #expect(window.passesNothing(.main), "round \(round)")
            let due = window.nextDue(after: now) ?? now
            pauses.append(due - now)
            now = due
            #expect(window.room(.main, at: now) == 1)
            resend()
        }
        #expect(pauses.first.map { $0 <= 200 } == true)
        #expect(pauses.last.map { (15_000...30_000).contains($0) } == true)
        #expect(window.takeNotes().isEmpty)
        settle(event(11), .confirmed)
        #expect(!window.passesNothing(.main))
        #expect(window.state(of: .main) == .open)
    }
}
