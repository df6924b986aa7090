import Synchronization
import Testing

@testable import MartctlKit
@testable import RabbitMQ

/// A recording knows when it has a hole.
struct ConnectionWatchTests {
    private final class Told: Sendable {
        let sentences = Mutex<[String]>([])
        func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
        var all: [String] { sentences.withLock { $0 } }
    }

    private static let error = RabbitMQError.invalidConfiguration("cut")

    @Test func `each loss is a hole, told when it begins and when it ends`() {
        let told = Told()
        let watch = ConnectionWatch(told.add)
        let start = ContinuousClock.now
        watch.changed(.connecting(lastError: nil), at: start)
        watch.changed(.connected(generation: 1), at: start)
        #expect(watch.holes == 0 && told.all.isEmpty)
        watch.changed(.connecting(lastError: Self.error), at: start)
        watch.changed(.connecting(lastError: Self.error), at: start + .seconds(1))
        watch.changed(.connected(generation: 2), at: start + .milliseconds(3_200))
        #expect(watch.holes == 1 && told.all.count == 2)
        #expect(told.all.first?.contains("cut") == true && told.all.last?.contains("3,2 s") == true)
        watch.changed(.connecting(lastError: Self.error), at: start + .seconds(5))
        #expect(watch.holes == 2)
    }

    @Test func `our own end is none`() {
        let watch = ConnectionWatch { _ in }
        watch.changed(.connected(generation: 1))
        watch.end()
        watch.changed(.connecting(lastError: Self.error))
        watch.changed(.closed)
        #expect(watch.holes == 0)
    }
}
