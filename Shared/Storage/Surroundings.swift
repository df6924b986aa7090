public import Primitives

/// What a service takes from the machine that it runs on: the time, and numbers to make ids of.
///
/// A simulation gives its own, so that one seed decides everything.
public struct Surroundings: Sendable {
    public static let system = Surroundings(seed: { UInt64.random(in: .min ... .max) }, now: { .systemNow })

    /// A new seed each time: two generators must not make the same ids.
    package let nextSeed: @Sendable () -> UInt64
    /// For message times and the record of what was received; business dates, ids and backups follow the `BusinessClock`.
    package let now: @Sendable () -> Instant

    public init(seed nextSeed: @escaping @Sendable () -> UInt64, now: @escaping @Sendable () -> Instant) {
        self.nextSeed = nextSeed
        self.now = now
    }
}
