import Contracts
import Testing

@testable import ServiceFramework

/// Events that are sent once more share the window with what is fresh, and have a mark of their own.
struct RelayWindowResyncTests {
    private var window = RelayWindow(events: 10, replies: 5)

    private mutating func handOver(_ positions: [Int64]) {
        for position in positions {
            window.resync.handOver(position)
            window.main.handOver(100)
        }
    }

    private mutating func settle(_ position: Int64, _ outcome: RelayWindow.Outcome) {
        _ = window.settle(RelayToken(position, .resync, RelayDestination(code: 1)), outcome, on: .main, at: 0)
    }

    @Test mutating func `the mark follows confirms over positions that lie apart`() {
        window.begin(resyncAfter: 2)
        handOver([4, 7])
        window.resync.pass(9)
        #expect(window.inFlight == 2)
        settle(7, .confirmed)
        #expect(window.resync.mark == 2)
        settle(4, .confirmed)
        #expect(window.resync.mark == 9, "what was passed over without sending counts as sent")
        #expect(window.events.mark == 10)
    }

    @Test mutating func `after a loss it is sent again, and what was confirmed is not`() {
        window.begin(resyncAfter: 0)
        handOver([1, 3, 5])
        settle(1, .confirmed)
        settle(5, .confirmed)
        settle(3, .lost)
        #expect(window.resync.mark == 1)
        #expect(window.resync.holes.map(\.position) == [3])
        window.resync.resent([3])
        window.main.handOver(100)
        settle(3, .confirmed)
        #expect(window.resync.mark == 5)
    }

    @Test mutating func `one that finds no queue has the topology asserted`() {
        window.begin(resyncAfter: 0)
        handOver([1])
        settle(1, .returned)
        let inDoubt = window.takeUnroutable()
        #expect(inDoubt == 1)
        #expect(window.resync.holes.map(\.position) == [1])
    }

    @Test mutating func `a new job begins where it says`() {
        window.begin(resyncAfter: 0)
        handOver([1])
        settle(1, .confirmed)
        window.begin(resyncAfter: 0)
        #expect(window.resync.mark == 0)
    }

    @Test(arguments: [
        RelayToken.Kind.reply, .resync, .event(isConsumed: true), .event(isConsumed: false), .again(.event), .again(.reply), .probe,
    ])
    func `a token keeps what it is, where, and where to`(kind: RelayToken.Kind) {
        let token = RelayToken(rawValue: RelayToken(123_456_789_012, kind, RelayDestination(code: 0xABCD)).rawValue)
        #expect(token.kind == kind)
        #expect(token.position == 123_456_789_012)
        #expect(token.destination == RelayDestination(code: 0xABCD))
        #expect(token.rawValue < 1 << 63, "the upper bit is the publisher's")
    }

    @Test func `replies to one client have one destination, to two have two`() {
        let keys = ["reply.till-1.a", "reply.till-1.b.c", "reply.till-2.a", "reply"]
        let codes = keys.map { RelayDestination(replyTo: $0, isQueue: false) }
        #expect(codes[0] == codes[1])
        #expect(Set(codes).count == 3)
        #expect(RelayDestination(replyTo: "amq.gen-a.b.c", isQueue: true) != RelayDestination(replyTo: "amq.gen-a.b.d", isQueue: true))
        #expect(codes.allSatisfy { $0.code >= 0x8000 })
    }
}
