import RabbitMQ
import Testing

@testable import ServiceHost

/// When a service may say that a queue gives it nothing.
struct StarvationTests {
    /// The watch's turns, one a second, over a service with two queues.
    fileprivate struct Watch {
        var starvation = Starvation(.standard)
        private let start = ContinuousClock.now
        private(set) var second = 0
        /// Nil: no connection.
        var generation: Int? = 1
        var delivered: [String: UInt64] = ["commands": 0, "events": 0]
        var inHand: Set<String> = []
        var occupied: Set<String> = []
        var isExplained = false
        /// Nil: nobody can look.
        var sights: [String: Starvation.Sight]? = ["commands": .init(ready: 0, consumers: 1), "events": .init(ready: 0, consumers: 1)]
        private(set) var looks: [Int] = []
        private(set) var renewals: [Int] = []

        private var now: ContinuousClock.Instant { start + .seconds(second) }
        var cases: [Starvation.Case] { starvation.cases(at: now) }
        var names: [String] { cases.map(\.queue) }

        /// - Parameter each: happens at the beginning of each second.
        mutating func run(to end: Int, each: (inout Watch) -> Void = { _ in }) {
            while second < end {
                second += 1
                each(&self)
                turn()
            }
        }

        mutating func sleep(to end: Int) { second = end }

        private mutating func turn() {
            if tell() {
                looks.append(second)
                if let sights { starvation.saw(sights, at: now) } else { starvation.couldNotLook(at: now) }
                _ = tell()
            }
            if starvation.takeRenewal(at: now) {
                renewals.append(second)
                renew()
            }
        }

        private mutating func tell() -> Bool {
            let progress = generation.map { generation in
                RabbitMQConsumer.Progress(
                    generation: generation,
                    queues: delivered.map { .init(name: $0, lastDelivered: $1, isInHand: inHand.contains($0)) })
            }
            return starvation.turned(progress, occupied: occupied, isExplained: isExplained, at: now)
        }

        mutating func renew() {
            generation = (generation ?? 0) + 1
            delivered = delivered.mapValues { _ in 0 }
        }
    }

    fileprivate static let starved = Starvation.Sight(ready: 3, consumers: 1)

    /// One whose events another has; it began in second 1.
    private static func starving(to end: Int = 0) -> Watch {
        var watch = Watch()
        watch.sights?["events"] = starved
        watch.run(to: end)
        return watch
    }

    @Test func `it is told after a minute of silence and two looks that see messages`() {
        var watch = Self.starving(to: 75)
        #expect(watch.looks == [61] && watch.cases.isEmpty)
        watch.run(to: 76)
        #expect(watch.looks == [61, 76])
        #expect(watch.cases == [.init(queue: "events", sight: Self.starved, isBehind: false, silence: .seconds(75))])
    }

    @Test func `a queue that is quiet is looked at once a minute, and nothing is said`() {
        var watch = Watch()
        watch.run(to: 3600) { #expect($0.cases.isEmpty) }
        #expect(watch.looks.count == 59 && watch.renewals.isEmpty)
    }

    @Test func `one queue starves alone while the other has all hands full`() {
        var watch = Self.starving()
        watch.run(to: 200) {
            $0.delivered["commands", default: 0] += 5
            $0.inHand = ["commands"]
        }
        #expect(watch.names == ["events"])
    }

    /// What else may stand behind messages that do not come, each as it happens second by second.
    enum OtherReason: CaseIterable {
        case deliveredNowAndThen, inHandOrReadingPauses, explained, noConnection, connectionLostAgainAndAgain, nobodyCanLook
        case everySecondLookFails, arrivedAMomentAgo, everySecondLookSeesNone, gone

        fileprivate func happen(to watch: inout Watch) {
            let (second, looks) = (watch.second, watch.looks.count)
            switch self {
            case .deliveredNowAndThen: if second % 59 == 0 { watch.delivered["events", default: 0] += 1 }
            case .inHandOrReadingPauses: watch.inHand = ["events"]
            case .explained: watch.isExplained = true
            case .noConnection: watch.generation = nil
            case .connectionLostAgainAndAgain: if second % 50 == 0 { watch.renew() }
            case .nobodyCanLook: watch.sights = nil
            case .everySecondLookFails: watch.sights = looks % 2 == 0 ? ["events": starved] : nil
            case .arrivedAMomentAgo: if looks % 2 == 1, second % 10 == 0 { watch.delivered["events", default: 0] += 1 }
            case .everySecondLookSeesNone: watch.sights?["events"]?.ready = looks % 2
            case .gone: watch.sights?["events"] = nil
            }
        }
    }

    @Test(arguments: OtherReason.allCases)
    func `nothing is said for another reason, or none`(reason: OtherReason) {
        var watch = Self.starving()
        watch.run(to: 1000) {
            reason.happen(to: &$0)
            #expect($0.cases.isEmpty, "second \($0.second)")
        }
        #expect(watch.cases.isEmpty && watch.renewals.isEmpty)
    }

    enum End: CaseIterable {
        case delivered, looksSeeNone, explained, connectionAwayForLong

        fileprivate func happen(to watch: inout Watch) {
            switch self {
            case .delivered: watch.delivered["events"] = 1
            case .looksSeeNone: watch.sights?["events"]?.ready = 0
            case .explained: watch.isExplained = true
            case .connectionAwayForLong: watch.generation = nil
            }
        }
    }

    @Test(arguments: End.allCases)
    func `it is over by itself`(end: End) {
        var watch = Self.starving(to: 80)
        #expect(watch.names == ["events"])
        end.happen(to: &watch)
        watch.run(to: 100)
        #expect(watch.cases.isEmpty)
    }

    @Test func `what is delivered ends it within a turn`() {
        var watch = Self.starving(to: 80)
        watch.delivered["events"] = 1
        watch.run(to: 81)
        #expect(watch.cases.isEmpty)
    }

    @Test func `it stays through renewals, which come after growing pauses`() {
        var watch = Self.starving(to: 3000)
        #expect(watch.renewals == [76, 136, 256, 496, 796, 1096, 1396, 1696, 1996, 2296, 2596, 2896])
        #expect(watch.cases.map(\.silence) == [.seconds(2999)])
        // Over, and again: the pauses begin anew.
        watch.delivered["events"] = 1
        watch.run(to: 3001)
        watch.run(to: 3100)
        #expect(watch.renewals.last == 3076)
    }

    @Test func `a look that the broker is too busy to answer says nothing`() {
        var watch = Self.starving(to: 80)
        watch.sights?["events"] = .init(ready: 0, consumers: 0)
        watch.run(to: 200)
        #expect(watch.names == ["events"])
    }

    @Test func `a renewal that takes its moment ends nothing`() {
        var watch = Self.starving(to: 80)
        watch.generation = nil
        watch.run(to: 90)
        #expect(watch.names == ["events"])
        watch.generation = 9
        watch.run(to: 300)
        #expect(watch.names == ["events"])
    }

    @Test func `who came first and takes everything leaves nothing ready, and is told all the same`() {
        var watch = Watch()
        watch.occupied = ["events"]
        watch.run(to: 76)
        #expect(watch.names == ["events"])
        // Each renewal looks again who is there.
        watch.run(to: 500)
        #expect(watch.names == ["events"] && watch.renewals == [76, 136, 256, 496])
        watch.occupied = []
        watch.run(to: 797)
        #expect(watch.cases.isEmpty && watch.renewals.last == 796, "it has gone, and a renewal has found that out")
    }

    @Test func `who came later waits for its turn, and takes nothing`() {
        var watch = Watch()
        watch.sights?["events"] = .init(ready: 0, consumers: 2)
        watch.run(to: 1000) { #expect($0.cases.isEmpty) }
        #expect(watch.renewals.isEmpty)
    }

    @Test func `who came first and was served before has ended with what is delivered here`() {
        var watch = Watch()
        watch.occupied = ["events"]
        watch.run(to: 10)
        watch.delivered["events"] = 1
        watch.run(to: 500)
        #expect(watch.cases.isEmpty)
    }

    @Test func `who slept has not watched`() {
        var watch = Self.starving(to: 10)
        watch.sleep(to: 10_000)
        watch.run(to: 10_060)
        #expect(watch.looks.isEmpty && watch.cases.isEmpty)
        watch.run(to: 10_080)
        #expect(watch.names == ["events"])
    }

    @Test(arguments: [
        (true, 3, 1, "another consumer was on commands before this service; 3 messages are ready there, and …"),
        (true, 0, 1, "another consumer was on commands before this service, and …"),
        (false, 1, 1, "1 message is ready on commands, and …: another consumer has overtaken this service, or the broker serves none"),
        (false, 2, 0, "2 messages are ready on commands, and …: the broker has lost this service's consumer"),
    ])
    func `the sentence says what is known`(isBehind: Bool, ready: Int, consumers: Int, sentence: String) {
        var watch = Watch()
        watch.occupied = isBehind ? ["commands"] : []
        watch.sights?["commands"] = .init(ready: ready, consumers: consumers)
        watch.run(to: 76)
        #expect(watch.cases.map(\.sentence) == [sentence.replacing("…", with: "nothing has come from it for 75 s")])
    }
}
