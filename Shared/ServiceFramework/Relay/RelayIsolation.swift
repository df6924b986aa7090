/// Finds the message for which the broker closes the channel. Pure; one for each connection.
///
/// After such a closing, what was lost goes out one by one. A message that was alone when the channel was closed is suspected; then one goes
/// out that the broker has taken before. When that passes, and the suspect fails alone again and again, the suspect is at fault; when that is
/// closed for too, the broker is.
package struct RelayIsolation {
    /// What the end of a connection says of what was on its way.
    package enum Closing: Equatable, Sendable {
        /// The broker closed the channel or the connection for something that it was sent.
        case byMessage
        /// The user may not publish there, or the exchange is gone: never the doing of one event.
        case forRights
        /// A lost connection, a node that stops, a wish of ours.
        case other
    }

    package enum State: Equatable, Sendable {
        case open
        /// So many of what was lost together are to be tried yet, each alone.
        case oneByOne(left: Int)
        /// This one was alone when the channel was closed; next goes one that is known to be good.
        case probing(RelayToken, left: Int)
    }

    package enum Verdict: Equatable, Sendable {
        case none
        /// To be given up.
        case atFault(RelayToken)
        /// To be held, and tried again from time to time.
        case forbidden(RelayToken)
        /// The broker closes the channel whatever it is sent: everything waits.
        case nothingPasses
    }

    /// So often alone, with another passing each time, and a message is given up.
    static let failuresAlone = 3

    package private(set) var state = State.open
    private var failures: [RelayToken: Int] = [:]

    package init() {}

    var isOpen: Bool { state == .open }

    /// A connection ended with messages on it, and all of them are accounted for.
    /// - Parameters:
    ///   - lost: how many were lost, at least one.
    ///   - last: the last of them.
    package mutating func closed(_ closing: Closing, lost: Int, last: RelayToken) -> Verdict {
        if closing == .other { return .none }
        switch state {
        case .open where lost > 1:
            state = .oneByOne(left: lost)
            return .none
        case .open: return failedAlone(last, closing, left: 1)
        case .oneByOne(let left): return failedAlone(last, closing, left: left)
        case .probing(let suspect, let left):
            failures[suspect] = nil
            state = .oneByOne(left: left)
            return .nothingPasses
        }
    }

    private mutating func failedAlone(_ token: RelayToken, _ closing: Closing, left: Int) -> Verdict {
        // A reply that is forbidden concerns nobody but who asked for it there.
        if closing == .forRights, !token.isReply {
            leave(left)
            return .forbidden(token)
        }
        state = .probing(token, left: left)
        return .none
    }

    /// A message went through alone, or the probe did: the channel lives, whatever became of the message.
    package mutating func passed() -> Verdict {
        switch state {
        case .open: return .none
        case .oneByOne(let left):
            leave(left)
            return .none
        case .probing(let suspect, let left):
            let count = failures[suspect, default: 0] + 1
            failures[suspect] = count < Self.failuresAlone ? count : nil
            if count < Self.failuresAlone {
                state = .oneByOne(left: left)
                return .none
            }
            leave(left)
            return .atFault(suspect)
        }
    }

    /// The next one goes alone, though nothing has happened.
    mutating func beginAlone() { if state == .open { state = .oneByOne(left: 1) } }

    private mutating func leave(_ left: Int) { state = left > 1 ? .oneByOne(left: left - 1) : .open }
}
