import RabbitMQ
import Testing

@testable import ServiceHost

/// When the small prefetch after an unclean stop has done its work.
struct SuspectsTests {
    private final class Turns {
        private let now = ContinuousClock.now
        private(set) var suspects = Suspects(isArmed: true)

        func areThrough(_ second: Int, hadSuspect: Bool = false, _ state: ConnectionState = .connected(generation: 1)) -> Bool {
            suspects.areThrough(hadSuspect: hadSuspect, state, at: now + .seconds(second), after: .seconds(10))
        }
    }

    private let test = Turns()

    @Test func `a turn without suspects ends it, after a while, once`() {
        #expect(!test.areThrough(0))
        #expect(!test.areThrough(9))
        #expect(!test.areThrough(11, hadSuspect: true))
        #expect(test.areThrough(12))
        #expect(!test.areThrough(13))
        #expect(!test.suspects.isWatching)
    }

    @Test func `the while begins with the connection`() {
        #expect(!test.areThrough(0, .connecting(lastError: nil)))
        #expect(!test.areThrough(60, .suspended(reason: "the store fails")))
        #expect(!test.areThrough(100))
        #expect(!test.areThrough(109))
        #expect(test.areThrough(110))
    }

    @Test func `a second connection has the full prefetch anyway`() {
        #expect(!test.areThrough(0))
        #expect(!test.areThrough(20, .connected(generation: 2)))
        #expect(!test.suspects.isWatching)
    }

    @Test func `after a clean stop there is nothing to watch, and nobody to suspect`() {
        let suspects = Suspects(isArmed: false)
        #expect(!suspects.isWatching)
        #expect(!suspects.contains(Delivery(queue: "q", deliveryTag: 1, redelivered: true, exchange: "", routingKey: "", body: [])))
    }

    @Test(arguments: [(1, true, true), (1, false, false), (2, true, false)])
    func `suspect is what comes back on the first connection`(generation: Int, redelivered: Bool, isSuspect: Bool) {
        let delivery = Delivery(
            queue: "q", generation: generation, deliveryTag: 1, redelivered: redelivered, exchange: "", routingKey: "", body: [])
        #expect(test.suspects.contains(delivery) == isSuspect)
    }
}
