import HummingbirdCore
import NIOCore
import Synchronization

/// The connections of readers: how many there may be, and who makes room.
///
/// A new connection is never kept waiting by old ones: when places run short, the one on whose client we have waited longest is closed,
/// be it idle, half a request, or slow in taking its answer. So whoever holds a thousand connections open cannot keep a supervisor from
/// asking `/readyz`. Where all are being worked for, accepting pauses.
final class Connections: AvailableConnectionsDelegate, Sendable {
    private struct Member {
        let channel: any Channel
        /// Since when it is the client's turn; nil while we work for it.
        var waitingSince: ContinuousClock.Instant? = .now
        var isLeaving = false
    }

    private struct State {
        /// Accepted and not closed; some of them have not joined yet.
        var open = 0
        var members: [ObjectIdentifier: Member] = [:]
        var leaving = 0
        var closedForRoom: Int64 = 0
    }

    /// The most at once.
    let places: Int
    /// So many may stay; beyond it one goes for each that comes.
    private let comfortable: Int
    private let state = Mutex(State())

    init(places: Int) {
        self.places = places
        comfortable = max(1, places - max(2, places / 8))
    }

    var open: Int { state.withLock { $0.open } }
    /// How many were closed to make room, in all.
    var closedForRoom: Int64 { state.withLock { $0.closedForRoom } }

    // MARK: Told by the server

    func isAcceptingNewConnections() -> Bool { state.withLock { $0.open < places } }

    func connectionOpened() {
        let leaver = state.withLock { state -> (any Channel)? in
            state.open += 1
            if state.open - state.leaving <= comfortable { return nil }
            let waiting = state.members.filter { !$0.value.isLeaving && $0.value.waitingSince != nil }
            guard let longest = waiting.min(by: { ($0.value.waitingSince ?? .now) < ($1.value.waitingSince ?? .now) }) else { return nil }
            state.members[longest.key]?.isLeaving = true
            state.leaving += 1
            state.closedForRoom += 1
            return longest.value.channel
        }
        leaver?.close(promise: nil)
    }

    func connectionClosed() { state.withLock { $0.open -= 1 } }

    // MARK: Told by the connection itself

    func joined(_ channel: any Channel) { state.withLock { $0.members[ObjectIdentifier(channel)] = Member(channel: channel) } }

    /// It is the client's turn, or ours.
    func turn(_ channel: any Channel, isTheirs: Bool) {
        state.withLock { $0.members[ObjectIdentifier(channel)]?.waitingSince = isTheirs ? .now : nil }
    }

    func left(_ channel: any Channel) {
        state.withLock { state in
            if state.members.removeValue(forKey: ObjectIdentifier(channel))?.isLeaving == true { state.leaving -= 1 }
        }
    }
}
