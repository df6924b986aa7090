/// What may go wrong. A run has some of them and not others (swarm testing): a run with every fault seldom gets anywhere.
public enum Fault: String, CaseIterable, Sendable {
    /// A connection breaks: confirms and acknowledgements under way are lost.
    case cut
    /// A client gives a connection up before the broker notices: frames under way may still arrive.
    case partition
    /// Frames wait, so that sources overtake each other.
    case delay
    /// A service process dies between two steps and is started again.
    case crash
    /// It dies amid a transaction, or after the commit and before it has acknowledged anything.
    case crashInside = "crash-inside"
    /// A message kills its process each time it is handled, until somebody mends that; it is parked, and replayed afterwards.
    case deadly
    /// Settlement's store is put back to an older backup, and hears again what it has forgotten.
    case restore
    /// It dies with its machine: what was not synced is gone, and what was being written is torn.
    case powerCut = "power-cut"
    /// A commit fails, as on a full disk, and is tried again.
    case fullDisk = "full-disk"
    /// The broker is killed and comes back.
    case brokerRestart = "broker-restart"
    /// The broker is out of memory for a while.
    case blocked
    /// A queue is full for a while: publishes are refused, and what was published later may get in before.
    case fullQueue = "full-queue"
    /// A queue loses its bindings.
    case unbound
    /// A sender sends a command again under the same id, or says the same, or something else, under another.
    case repeats
    /// Bytes that mean nothing.
    case garbage
    /// The clocks of the services differ.
    case clocks
    /// Days and years pass between steps.
    case years
    /// A machine's clock jumps by months or years, forward or back, and comes back later; or is so when the service starts.
    case wildClock = "wild-clock"

    /// Starting again takes longer than anything else, so these come less often than others.
    var endsProcess: Bool { [.crash, .crashInside, .powerCut, .deadly, .restore].contains(self) }
}
