import Primitives
import Storage
import Synchronization

/// The clocks of one service's machine: what its system's clock says may be wrong, what it counts since it was switched on is not.
final class NodeClock: Sendable {
    private struct Error {
        /// All the time, where clocks differ.
        var offset: Int64
        /// For a while, by years.
        var wild: Int64 = 0
    }

    private let machine: VirtualMachine
    private let error: Mutex<Error>

    init(_ machine: VirtualMachine, offset: Int64) {
        self.machine = machine
        error = Mutex(Error(offset: offset))
    }

    /// How far it is ahead all the time, in milliseconds.
    var offset: Int64 {
        get { error.withLock { $0.offset } }
        set { error.withLock { $0.offset = newValue } }
    }
    /// How far it is wrong for now, on top of that.
    var wild: Int64 {
        get { error.withLock { $0.wild } }
        set { error.withLock { $0.wild = newValue } }
    }

    private var system: Instant { machine.now.adding(milliseconds: error.withLock { $0.offset + $0.wild }) }
    private var reading: ClockReading { ClockReading(system: system, elapsed: machine.now.milliseconds) }

    var surroundings: Surroundings { machine.surroundings { self.system } }

    /// Of a new process.
    var business: BusinessClock {
        var bounds = BelievedTime.Bounds()
        // Some clocks are behind when a run begins.
        bounds.builtOn = Simulation.start?.adding(days: -30) ?? bounds.builtOn
        return .system(bounds: bounds) { self.reading }
    }
}
