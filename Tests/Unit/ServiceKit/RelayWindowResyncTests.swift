import Testing

@testable import ServiceKit

/// Events that are sent once more share the window with what is fresh, and have a mark of their own.
struct RelayWindowResyncTests {
    private var window = RelayWindow(events: 10, replies: 5)

    private mutating func handOver(_ positions: [Int64]) {
        for position in positions { window.resync.handOver(position, isSent: window.resync.isPending(position)) }
    }

    @Test mutating func `the mark follows confirms over positions that lie apart`() {
        window.begin(resyncAfter: 2)
        handOver([4, 7])
        window.resync.handOver(9, isSent: false)
        #expect(window.inFlight == 2)
        window.settle(resync: 7, .confirmed)
        #expect(window.resync.mark == 2)
        window.settle(resync: 4, .confirmed)
        #expect(window.resync.mark == 9, "what was passed over without sending counts as sent")
        #expect(window.events.mark == 10)
        #expect(!window.mustRewind)
    }

    @Test mutating func `after a loss it is sent again behind its mark, and what was confirmed is not`() {
        window.begin(resyncAfter: 0)
        handOver([1, 3, 5])
        window.settle(resync: 1, .confirmed)
        window.settle(resync: 5, .confirmed)
        window.settle(resync: 3, .failed)
        #expect(window.mustRewind)
        let mustAssert = window.rewind()
        #expect(!mustAssert)
        #expect(window.resync.handedOver == 1)
        #expect([3, 5].map { window.resync.isPending($0) } == [true, false])
        handOver([3, 5])
        #expect(window.inFlight == 1)
        window.settle(resync: 3, .confirmed)
        #expect(window.resync.mark == 5)
    }

    @Test mutating func `one that finds no queue has the topology asserted`() {
        window.begin(resyncAfter: 0)
        handOver([1])
        window.settle(resync: 1, .notRouted)
        #expect(window.isResyncUnroutable)
        #expect(!window.isUnroutable)
        let mustAssert = window.rewind()
        #expect(mustAssert)
        #expect(window.resync.isPending(1))
        #expect(!window.isResyncUnroutable)
    }

    @Test mutating func `a new job begins where it says`() {
        window.begin(resyncAfter: 0)
        handOver([1])
        window.settle(resync: 1, .confirmed)
        window.begin(resyncAfter: 0)
        #expect(window.resync.isPending(1))
    }

    @Test(arguments: [RelayToken.Kind.reply, .resync, .event(isConsumed: true), .event(isConsumed: false)])
    func `a token keeps what it is and where`(kind: RelayToken.Kind) {
        let token = RelayToken(rawValue: RelayToken(123_456_789, kind).rawValue)
        #expect(token.kind == kind)
        #expect(token.position == 123_456_789)
    }
}
