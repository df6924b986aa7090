import Testing

@testable import RabbitMQ
@testable import ServiceHost

/// Which ends of a connection end the process.
struct RefusalRecordTests {
    private let now = ContinuousClock.now
    private var record = RefusalRecord(ownerQueue: "permits.owner", heartbeat: .seconds(10))

    private static func closed(_ code: Int, _ text: String, _ refused: RabbitMQError.Refused?, channel: Bool = true) -> RabbitMQError {
        .closedByBroker("closed by the broker", replyCode: code, replyText: text, channel: channel, refused: refused)
    }

    private static let conflict = closed(406, "inequivalent arg 'x-overflow' for queue 'permits.events' in vhost '/'", .declaration)
    private static let locked = closed(405, "cannot obtain exclusive access to locked queue 'permits.owner' in vhost '/'", .declaration)

    /// At the start as well as later: whatever it is, once or a hundred times for an hour.
    @Test(
        arguments: [
            closed(406, "delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms", nil),
            closed(406, "unknown delivery tag 7", .acknowledgement),
            closed(406, "message size 20000 is larger than configured max size 16384", .publish),
            closed(406, "cannot declare queue 'permits.owner': queue limit in vhost '/' (12) is reached", .declaration),
            closed(403, "access to queue 'permits.commands' in vhost '/' refused for user 'permits'", .consume),
            closed(403, "queue 'permits.dead' in vhost '/' in exclusive use", .consume),
            closed(403, "access to exchange 'mart.events' refused", .publish), closed(403, "access refused", .declaration),
            closed(404, "no queue 'permits.events' in vhost '/'", .consume), closed(404, "no exchange 'mart.events'", .declaration),
            closed(404, "no exchange 'mart.events'", .publish),
            closed(405, "cannot obtain exclusive access to locked queue 'permits.events' in vhost '/'", .declaration),
            closed(541, "INTERNAL_ERROR", nil), closed(541, "INTERNAL_ERROR", nil, channel: false),
            closed(530, "NOT_ALLOWED", nil, channel: false), closed(320, "CONNECTION_FORCED - broker forced", nil, channel: false),
            closed(504, "CHANNEL_ERROR", nil, channel: false), closed(501, "FRAME_ERROR", nil, channel: false),
            .connectionLost("reading"), .heartbeatTimeout("reading"), .consumerCancelled(queue: "permits.events"),
        ], [false, true])
    func `what a running connection ends with is waited out`(error: RabbitMQError, wasConnected: Bool) {
        var record = record
        if wasConnected { #expect(record.changed(.connected(generation: 1), at: now) == nil) }
        for second in 0..<100 {
            #expect(record.changed(.connecting(lastError: error), at: now + .seconds(36 * second)) == nil, "\(error)")
        }
    }

    @Test(arguments: [false, true])
    func `a declaration that differs from what is there is a conflict`(wasConnected: Bool) {
        var record = record
        if wasConnected { #expect(record.changed(.connected(generation: 1), at: now) == nil) }
        #expect(record.changed(.connecting(lastError: Self.conflict), at: now)?.contains("topology") == true)
    }

    @Test func `another instance is waited for during three heartbeats`() {
        var record = record
        for second in [0, 10, 20, 25, 30] {
            #expect(record.changed(.connecting(lastError: Self.locked), at: now + .seconds(second)) == nil, "after \(second) s")
        }
        #expect(record.changed(.connecting(lastError: Self.locked), at: now + .seconds(31))?.contains("another instance") == true)
    }

    @Test(arguments: [ConnectionState.connected(generation: 1), .connecting(lastError: .connectionLost("reading"))])
    func `what comes between begins the three heartbeats anew`(between: ConnectionState) {
        var record = record
        #expect(record.changed(.connecting(lastError: Self.locked), at: now) == nil)
        #expect(record.changed(between, at: now + .seconds(20)) == nil)
        #expect(record.changed(.connecting(lastError: Self.locked), at: now + .seconds(31)) == nil)
        #expect(record.changed(.connecting(lastError: Self.locked), at: now + .seconds(60)) == nil)
        #expect(record.changed(.connecting(lastError: Self.locked), at: now + .seconds(62)) != nil)
    }

    @Test func `credentials are refused for good after five attempts at the start, and never later`() {
        let refused = RabbitMQError.authenticationRefused("logging in", replyCode: 403, replyText: "ACCESS_REFUSED")
        var record = record
        for _ in 1...4 { #expect(record.changed(.connecting(lastError: refused), at: now) == nil) }
        #expect(record.changed(.connecting(lastError: refused), at: now)?.contains("credentials") == true)
        var later = self.record
        #expect(later.changed(.connected(generation: 1), at: now) == nil)
        for _ in 1...20 { #expect(later.changed(.connecting(lastError: refused), at: now) == nil) }
    }

    @Test func `a suspension is nobody's refusal`() {
        var record = record
        #expect(record.changed(.suspended(reason: "the store fails"), at: now) == nil)
        #expect(record.changed(.connecting(lastError: nil), at: now) == nil)
    }
}
