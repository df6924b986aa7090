import Foundation

/// How long a service waits before it takes something for what it looks like.
///
/// `MART_HASTE=<n>` in the environment makes all of it n times shorter: tests cannot wait for minutes (Tests/System, Tests/Chaos).
struct Patience {
    /// A store that has failed for so long: the broker gets back what is unacknowledged, and may give it nobody, for nobody knows how long it lasts.
    /// Well below RabbitMQ's `consumer_timeout` (half an hour), which closes the channel of who holds a delivery for longer.
    let failingStore: Duration
    /// After an unclean stop the first connection lasts at least so long.
    let firstConnection: Duration
    /// A queue that has given nothing for so long is looked at; so is, now and then, one that stays quiet.
    let silence: Duration
    /// Between the two looks at a queue that must both see messages.
    let betweenLooks: Duration
    /// The longest pause between two renewals of a connection that gets nothing.
    let longestRenewalPause: Duration
    /// Between two turns of the watch over consumption.
    let watchTurn: Duration

    static let standard = Patience(haste: 1)
    /// As the environment has it.
    static let current = Patience(haste: haste(ProcessInfo.processInfo.environment[variable]) ?? 1)

    init(haste: Int) {
        failingStore = .seconds(60) / haste
        firstConnection = .seconds(10) / haste
        silence = .seconds(60) / haste
        betweenLooks = .seconds(15) / haste
        longestRenewalPause = .seconds(300) / haste
        watchTurn = .seconds(1) / haste
    }

    private static let variable = "MART_HASTE"

    /// What is wrong with the environment's wish, in one sentence.
    static var fault: String? {
        let wish = ProcessInfo.processInfo.environment[variable]
        return haste(wish) == nil ? "\(variable): \(wish ?? "") is no number from 1 to 1000" : nil
    }

    /// Nil: makes no sense.
    private static func haste(_ wish: String?) -> Int? {
        guard let wish, !wish.isEmpty else { return 1 }
        return Int(wish).flatMap { (1...1000).contains($0) ? $0 : nil }
    }
}
