import Primitives

/// Where a generator takes its choices from: a seed at first, a recorded list when a counterexample is made smaller.
///
/// Every choice is a number below a bound, and smaller numbers stand for simpler cases. So any generator shrinks without code of its own:
/// the recorded list is shortened and its numbers made smaller, and the generator is run on it again.
public struct Choices: Sendable {
    private var random: SplitMix64
    private var replayed: ArraySlice<UInt64>?
    /// What was chosen so far.
    public private(set) var drawn: [UInt64] = []

    public init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// Choices that are given; when they run out, the simplest.
    public init(replaying choices: [UInt64]) {
        random = SplitMix64(seed: 0)
        replayed = choices[...]
    }

    /// A number from 0 to `bound` − 1.
    public mutating func below(_ bound: UInt64) -> UInt64 {
        precondition(bound > 0, "nothing to choose from")
        let choice = replayed == nil ? random.below(bound) : min(replayed?.popFirst() ?? 0, bound - 1)
        drawn.append(choice)
        return choice
    }

    public mutating func below(_ bound: Int) -> Int { Int(below(UInt64(bound))) }

    public mutating func number(in range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(below(UInt64(range.upperBound - range.lowerBound) + 1))
    }

    /// True `part` times out of `whole`; false is the simpler case.
    public mutating func chance(_ part: Int, in whole: Int) -> Bool { below(whole) >= whole - part }

    /// The first is the simplest.
    public mutating func pick<T>(_ all: [T]) -> T { all[below(all.count)] }

    /// As many small numbers as large ones, up to `maximum`: errors live at both ends.
    public mutating func amount(upTo maximum: Int64) -> Int64 {
        let bits = below(UInt64(64 - maximum.leadingZeroBitCount) + 1)
        let largest = bits >= 63 ? Int64.max : Int64(1) << Int64(bits) - 1
        return number(in: 0...min(largest, maximum))
    }

    /// Each element is preceded by the choice to go on, so that one can be taken out of the recorded list as a whole.
    public mutating func array<T>(_ count: ClosedRange<Int>, _ element: (inout Choices) throws -> T) rethrows -> [T] {
        var elements: [T] = []
        let goesOn = UInt64(count.upperBound + 1)
        while elements.count < count.upperBound, below(goesOn) > 0 || elements.count < count.lowerBound {
            try elements.append(element(&self))
        }
        return elements
    }

    /// The order in which `all` comes; the simplest is the one given.
    public mutating func shuffled<T>(_ all: [T]) -> [T] {
        var rest = all
        var order: [T] = []
        while !rest.isEmpty { order.append(rest.remove(at: below(rest.count))) }
        return order
    }
}
