import Messaging
package import RabbitMQ
package import Store
import Synchronization

/// What the relay does without a connection and a thread: rows into messages, outcomes into marks. A simulation runs the same code.
extension RelayWindow {
    package typealias Batch = [(token: UInt64, message: OutgoingMessage)]

    /// The next events to send, in the order of their sequence; nil if there are none, or no room. Empty: what was next has left before.
    /// - Parameters:
    ///   - committed: the last position that may be sent.
    ///   - consumed: types of events that must not go out unrouted.
    package mutating func takeEvents(from store: ServiceStore, upTo committed: Int64, consumed: Set<String>) throws -> Batch? {
        guard events.handedOver < committed, inFlight < Limits.relayWindow else { return nil }
        let rows = try store.events(after: events.handedOver, limit: Limits.relayWindow - inFlight)
        if rows.isEmpty { return nil }
        var batch = Batch()
        batch.reserveCapacity(rows.count)
        for row in rows {
            let isSent = events.isPending(row.position)
            events.handOver(row.position, isSent: isSent)
            guard isSent else { continue }
            let token = RelayToken(row.position, .event(isConsumed: consumed.contains(row.type)))
            batch.append((token.rawValue, OutgoingMessage(row, from: store.definition.name, mandatory: true)))
        }
        return batch
    }

    /// The next replies whose events are confirmed; nil if there are none, or no room. Empty: nobody asked for them.
    package mutating func takeReplies(from store: ServiceStore, upTo committed: Int64) throws -> Batch? {
        guard replies.handedOver < committed, inFlight < Limits.relayWindow else { return nil }
        let rows = try store.replies(
            after: replies.handedOver, confirmedEvents: events.mark, limit: Limits.relayWindow - inFlight)
        if rows.isEmpty { return nil }
        var batch = Batch()
        for row in rows {
            let isSent = !row.routingKey.isEmpty && replies.isPending(row.position)
            replies.handOver(row.position, isSent: isSent)
            guard isSent else { continue }
            batch.append((RelayToken(row.position, .reply).rawValue, OutgoingMessage(row, from: store.definition.name, mandatory: false)))
        }
        return batch
    }

    /// Notes what became of a message.
    @discardableResult
    package mutating func settle(_ settlement: RabbitMQPublisher.Settlement) -> (kind: RelayToken.Kind, result: Result) {
        let token = RelayToken(rawValue: settlement.token)
        let result: Result
        switch settlement.outcome {
        case .confirmed: result = .confirmed
        case .returned: result = .notRouted
        case .nacked, .lost, .invalid: result = .failed
        }
        switch token.kind {
        case .reply: settle(reply: token.position, result)
        case .event(let isConsumed): settle(event: token.position, result, isConsumed: isConsumed)
        case .resync: settle(resync: token.position, result)
        }
        return (token.kind, result)
    }

    /// Tells the store how far the relay has got; written with the next batch.
    package func mark(_ store: ServiceStore) {
        store.sent.withLock { marks in (marks.events, marks.replies) = (events.mark, replies.mark) }
    }
}

extension OutgoingMessage {
    init(_ row: OutboxRow, from service: String, mandatory: Bool) {
        var properties = MessageProperties()
        properties.contentType = "application/cloudevents+json"
        properties.messageId = row.messageId
        properties.type = row.type.isEmpty ? "id.nttmart.reply.v1" : row.type
        properties.deliveryMode = 2
        // A sender's correlationid may be longer than AMQP allows; the envelope says it in full, and the message must not get stuck for it.
        if (1...RabbitMQLimits.shortStringBytes).contains(row.correlationId.utf8.count) { properties.correlationId = row.correlationId }
        properties.appId = service
        if let traceparent = row.traceparent { properties.headers["traceparent"] = .string(traceparent) }
        if let tracestate = row.tracestate { properties.headers["tracestate"] = .string(tracestate) }
        self.init(exchange: row.exchange, routingKey: row.routingKey, body: row.body, properties: properties, mandatory: mandatory)
    }
}
