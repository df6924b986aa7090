/// A generator of pseudo-random numbers (Steele, Lea, Flood 2014): a few nanoseconds a number, every seed is good, the same seed gives the
/// same numbers on every machine. Not for secrets.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    public init(seed: UInt64) { state = seed }

    @inlinable
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number below `bound`, which is at least 1. The bias of the remainder does not matter for tests.
    @inlinable
    public mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
}
