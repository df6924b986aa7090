import Testing

@testable import ServiceKit

/// The window as a state machine: settlements in, the mark and what to send out. No broker, no store.
struct RelayWindowTests {
    private var window = RelayWindow(events: 10, replies: 5)

    /// Hands over the events up to a position, those that are left already as well.
    private mutating func handOver(eventsTo last: Int64) {
        while window.events.handedOver < last {
            let position = window.events.handedOver + 1
            window.events.handOver(position, isSent: window.events.isPending(position))
        }
    }

    @Test mutating func `the mark follows confirms that come in order`() {
        handOver(eventsTo: 13)
        #expect(window.events.mark == 10)
        #expect(window.inFlight == 3)
        for position in 11...13 {
            window.settle(event: Int64(position), .confirmed, isConsumed: true)
            #expect(window.events.mark == Int64(position))
        }
        #expect(window.inFlight == 0)
        #expect(!window.mustRewind)
    }

    @Test mutating func `a confirm before its turn does not move the mark until the gap closes`() {
        handOver(eventsTo: 14)
        window.settle(event: 13, .confirmed, isConsumed: true)
        window.settle(event: 12, .confirmed, isConsumed: true)
        #expect(window.events.mark == 10)
        window.settle(event: 11, .confirmed, isConsumed: true)
        #expect(window.events.mark == 13)
        window.settle(event: 14, .confirmed, isConsumed: true)
        #expect(window.events.mark == 14)
    }

    @Test mutating func `after a loss only what was not confirmed is sent again`() {
        handOver(eventsTo: 15)
        window.settle(event: 11, .confirmed, isConsumed: true)
        window.settle(event: 13, .confirmed, isConsumed: true)
        for lost in [12, 14, 15] as [Int64] { window.settle(event: lost, .failed, isConsumed: true) }
        #expect(window.mustRewind)
        #expect(window.events.mark == 11)

        let isTopologyInDoubt = window.rewind()
        #expect(!isTopologyInDoubt)
        #expect(!window.mustRewind)
        #expect(window.events.handedOver == 11)
        #expect((11...16).map { window.events.isPending($0) } == [false, true, false, true, true, true])

        handOver(eventsTo: 15)
        #expect(window.inFlight == 3)
        window.settle(event: 12, .confirmed, isConsumed: true)
        #expect(window.events.mark == 13)
        window.settle(event: 14, .confirmed, isConsumed: true)
        window.settle(event: 15, .confirmed, isConsumed: true)
        #expect(window.events.mark == 15)
        #expect(window.inFlight == 0)
    }

    @Test mutating func `losses again and again leave nothing out`() {
        handOver(eventsTo: 20)
        var confirmed: Set<Int64> = []
        var round = 0
        while window.events.mark < 20 {
            round += 1
            for position in 11...20 as ClosedRange<Int64> where !confirmed.contains(position) {
                let isConfirmed = (position + Int64(round)) % 3 == 0
                window.settle(event: position, isConfirmed ? .confirmed : .failed, isConsumed: true)
                if isConfirmed { #expect(confirmed.insert(position).inserted) }
            }
            #expect(window.inFlight == 0)
            guard window.mustRewind else { break }
            _ = window.rewind()
            for position in 11...20 as ClosedRange<Int64> { #expect(window.events.isPending(position) != confirmed.contains(position)) }
            handOver(eventsTo: 20)
        }
        #expect(round == 3)
        #expect(window.events.mark == 20)
        #expect(confirmed.count == 10)
    }

    @Test mutating func `an event without a queue counts as sent if nobody consumes it`() {
        handOver(eventsTo: 11)
        window.settle(event: 11, .notRouted, isConsumed: false)
        #expect(window.events.mark == 11)
        #expect(!window.mustRewind)
    }

    @Test mutating func `an event without a queue stays, and the topology is in doubt, if the contract names a consumer`() {
        handOver(eventsTo: 12)
        window.settle(event: 11, .notRouted, isConsumed: true)
        window.settle(event: 12, .confirmed, isConsumed: true)
        #expect(window.events.mark == 10)
        #expect(window.mustRewind)
        let isTopologyInDoubt = window.rewind()
        #expect(isTopologyInDoubt)
        #expect(window.events.isPending(11))

        handOver(eventsTo: 12)
        #expect(window.inFlight == 1)
        window.settle(event: 11, .confirmed, isConsumed: true)
        #expect(window.events.mark == 12)

        handOver(eventsTo: 13)
        window.settle(event: 13, .failed, isConsumed: true)
        let isStillInDoubt = window.rewind()
        #expect(!isStillInDoubt)
    }

    @Test mutating func `a reply that came back is final, a lost one is sent again`() {
        for position in 6...8 as ClosedRange<Int64> { window.replies.handOver(position, isSent: true) }
        window.settle(reply: 6, .notRouted)
        #expect(window.replies.mark == 6)
        #expect(!window.mustRewind)
        window.settle(reply: 7, .failed)
        window.settle(reply: 8, .confirmed)
        #expect(window.mustRewind)
        _ = window.rewind()
        #expect((6...8).map { window.replies.isPending($0) } == [false, true, false])
    }

    @Test mutating func `replies that nobody asked for are passed over`() {
        window.replies.handOver(6, isSent: false)
        #expect(window.replies.mark == 6)
        window.replies.handOver(7, isSent: true)
        window.replies.handOver(8, isSent: false)
        #expect(window.replies.mark == 6)
        #expect(window.inFlight == 1)
        window.settle(reply: 7, .confirmed)
        #expect(window.replies.mark == 8)
        #expect(window.inFlight == 0)
    }

    @Test mutating func `events and replies do not wait for each other's marks`() {
        handOver(eventsTo: 11)
        window.replies.handOver(6, isSent: true)
        #expect(window.inFlight == 2)
        window.settle(reply: 6, .confirmed)
        #expect(window.replies.mark == 6)
        #expect(window.events.mark == 10)
        window.settle(event: 11, .failed, isConsumed: true)
        _ = window.rewind()
        #expect(window.replies.mark == 6)
        #expect(window.replies.handedOver == 6)
    }

    @Test mutating func `the mark is right over many thousands of positions`() {
        handOver(eventsTo: 20_010)
        for start in stride(from: Int64(11), through: 20_010, by: 100) {
            for position in (start..<start + 100).reversed() { window.settle(event: position, .confirmed, isConsumed: true) }
            #expect(window.events.mark == start + 99)
        }
        #expect(window.inFlight == 0)
    }
}
