import Foundation
import Glibc
import Synchronization
import TestSupport

/// A TCP proxy on 127.0.0.1 between a service and the broker that can be told to misbehave. One thread for each direction of a connection.
final class FaultProxy: Sendable {
    /// What is done to the bytes of a direction, from now on and on every connection.
    struct Weather: Sendable {
        /// Before each chunk is passed on.
        var delay = Duration.zero
        var bytesPerSecond: Int?
        /// How much is passed on at once.
        var slice = 65_536
        /// Nothing is passed on; the sender sees nothing of it until its own buffers are full.
        var isBlackHole = false
        /// After so many more bytes, in the middle of whatever it is, the connection is cut.
        var cutAfter: Int?
        /// The byte that comes after so many more bytes is changed.
        var corruptAfter: Int?
        /// The first byte of the next frame is changed, which says what kind of frame it is.
        var spoilsFrame = false
    }

    enum Direction: Sendable, CaseIterable {
        case toBroker, toService
    }

    let port: Int
    private let target: Int
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var weather: [Direction: Weather] = [:]
        var sockets: Set<Int32> = []
        var accepts = true
        var isClosed = false
        /// What each client said first, its name among it.
        var greetings: [Int32: [UInt8]] = [:]
        var deaf: Set<Int32> = []
    }

    init(to target: Int) throws {
        self.target = target
        port = freePort()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard withLoopback(port, { bind(listener, $0, $1) }) == 0, listen(listener, 64) == 0 else {
            throw SupportError("the proxy cannot listen: errno \(errno)")
        }
        Thread.detachNewThread { self.accept() }
    }

    /// The URL of a place with the proxy in between.
    func url(of place: TestBroker.VirtualHost) -> String { place.url.replacing(":\(target)/", with: ":\(port)/") }

    /// The same where the broker speaks TLS at the proxy's other end; its certificate is for `localhost`.
    func encryptedURL(of place: TestBroker.VirtualHost) -> String { "amqps://guest:guest@localhost:\(port)/\(place.name)" }

    // MARK: Weather

    func set(_ directions: [Direction] = Direction.allCases, _ change: (inout Weather) -> Void) {
        state.withLock { state in for direction in directions { change(&state.weather[direction, default: Weather()]) } }
    }

    /// Everything is passed on as it comes again.
    func clear() {
        state.withLock { state in
            state.weather = [:]
            state.accepts = true
        }
    }

    /// Ends every connection with a reset; new ones are taken or not.
    func reset(accepting: Bool = true) {
        state.withLock { state in
            state.accepts = accepting
            for descriptor in state.sockets {
                // No lingering: close() by the thread that owns it sends a reset.
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
        }
    }

    /// From the connections of this name nothing is taken any more, though the broker's heartbeats still come; new ones are not touched.
    func deafen(_ name: String) throws {
        try state.withLock { state in
            let named = state.greetings.filter { $0.value.firstRange(of: Array(name.utf8)) != nil }
            if named.isEmpty { throw SupportError("nobody with the name \(name) is connected") }
            state.deaf.formUnion(named.keys)
        }
    }

    func close() {
        reset(accepting: false)
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    // MARK: Threads

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            if client < 0 || state.withLock({ $0.isClosed }) { break }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard state.withLock({ $0.accepts }), withLoopback(target, { connect(server, $0, $1) }) == 0 else {
                Glibc.close(client)
                Glibc.close(server)
                continue
            }
            var yes: Int32 = 1
            for descriptor in [client, server] {
                setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            }
            state.withLock { state in
                state.sockets.formUnion([client, server])
            }
            let pair = Pair(self, client, server)
            Thread.detachNewThread { pair.pump(.toBroker) }
            Thread.detachNewThread { pair.pump(.toService) }
        }
        Glibc.close(listener)
    }

    /// One connection through the proxy. The second thread to end closes both sockets.
    private final class Pair: Sendable {
        private let proxy: FaultProxy
        private let client, server: Int32
        private let ended = Atomic(0)
        private static let heartbeat: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 0xCE]

        init(_ proxy: FaultProxy, _ client: Int32, _ server: Int32) {
            (self.proxy, self.client, self.server) = (proxy, client, server)
        }

        func pump(_ direction: Direction) {
            let (from, to) = direction == .toBroker ? (client, server) : (server, client)
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let weather = proxy.weather(direction)
                if direction == .toBroker, proxy.isDeaf(client) {
                    if isGone(client) { break }
                    Thread.sleep(forTimeInterval: 0.01)
                    continue
                }
                if weather.isBlackHole {
                    // What was sent into it is lost for good with the connection; while it lasts nothing is read either.
                    if isGone(from) { break }
                    Thread.sleep(forTimeInterval: 0.01)
                    continue
                }
                var poll = pollfd(fd: from, events: Int16(POLLIN), revents: 0)
                if Glibc.poll(&poll, 1, 20) == 0 { continue }
                let limit = min(weather.slice, weather.bytesPerSecond.map { max(1, $0 / 20) } ?? buffer.count, buffer.count)
                let count = recv(from, &buffer, limit, 0)
                if count <= 0 {
                    // A broker gives up whom it does not hear, which must not help here: its heartbeats go on.
                    while proxy.isDeaf(client), !isGone(client) {
                        _ = sendAll(client, Self.heartbeat, Self.heartbeat.count)
                        Thread.sleep(forTimeInterval: 0.2)
                    }
                    break
                }
                if direction == .toBroker { proxy.greeted(client, buffer[..<count]) }
                if weather.delay > .zero { Thread.sleep(forTimeInterval: weather.delay / .seconds(1)) }
                if let rate = weather.bytesPerSecond { Thread.sleep(forTimeInterval: Double(count) / Double(rate)) }
                let (kept, isCut) = proxy.spoil(&buffer, count, direction)
                if !sendAll(to, buffer, kept) || isCut { break }
            }
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
            if ended.add(1, ordering: .acquiringAndReleasing).newValue == 2 { proxy.close(client, server) }
        }

        private func isGone(_ descriptor: Int32) -> Bool {
            var poll = pollfd(fd: descriptor, events: 0x2000, revents: 0)  // POLLRDHUP, which needs _GNU_SOURCE
            return Glibc.poll(&poll, 1, 0) > 0
        }

        private func sendAll(_ descriptor: Int32, _ bytes: [UInt8], _ count: Int) -> Bool {
            var sent = 0
            while sent < count {
                let result = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL)) }
                if result <= 0 { return false }
                sent += result
            }
            return true
        }
    }

    private func isDeaf(_ client: Int32) -> Bool { state.withLock { $0.deaf.contains(client) } }

    private func greeted(_ client: Int32, _ bytes: ArraySlice<UInt8>) {
        state.withLock { state in
            if state.greetings[client, default: []].count < 1_024 { state.greetings[client, default: []] += bytes.prefix(1_024) }
        }
    }

    /// Whether a whole frame is first: type, channel, size, payload, end.
    private static func beginsWithFrame(_ buffer: [UInt8], _ count: Int) -> Bool {
        guard count >= 8, (1...3).contains(buffer[0]), buffer[1] == 0 else { return false }
        let size = buffer[3..<7].reduce(0) { $0 << 8 | Int($1) }
        return 7 + size < count && buffer[7 + size] == 0xCE
    }

    /// Waits until what was to be changed has been.
    func spoilt(_ direction: Direction) async throws {
        try await expectEventually("a byte is changed") { weather(direction).corruptAfter == nil && !weather(direction).spoilsFrame }
    }

    private func weather(_ direction: Direction) -> Weather { state.withLock { $0.weather[direction] ?? Weather() } }

    private func close(_ client: Int32, _ server: Int32) {
        state.withLock { state in
            state.sockets.subtract([client, server])
            state.deaf.remove(client)
            state.greetings[client] = nil
        }
        Glibc.close(client)
        Glibc.close(server)
    }

    /// Changes or cuts what is to be passed on; answers how much of it is kept, and whether that was the end.
    private func spoil(_ buffer: inout [UInt8], _ count: Int, _ direction: Direction) -> (kept: Int, isCut: Bool) {
        state.withLock { state in
            if let after = state.weather[direction]?.corruptAfter {
                if after < count { buffer[after] ^= 0x55 }
                state.weather[direction]?.corruptAfter = after < count ? nil : after - count
            }
            if state.weather[direction]?.spoilsFrame == true, Self.beginsWithFrame(buffer, count) {
                buffer[0] ^= 0x55
                state.weather[direction]?.spoilsFrame = false
            }
            guard let after = state.weather[direction]?.cutAfter else { return (count, false) }
            state.weather[direction]?.cutAfter = after < count ? nil : after - count
            return after < count ? (after, true) : (count, false)
        }
    }
}
