package import Contracts
import Messaging
import Synchronization

/// What the relay does without a connection and a thread: rows of the store that are to leave, outcomes into marks. A simulation runs the same code.
extension RelayWindow {
    package typealias Batch = [RelayMessage]

    /// The next events to send: first those that failed or were held, then the fresh ones, each in the order of their sequence. Nil if there
    /// are none, or no room. Empty: those that were next are held.
    /// - Parameter committed: the last position that may be sent.
    package mutating func takeEvents(from reader: OutboxReader, upTo committed: Int64, at now: Int64) throws -> Batch? {
        let room = room(.main, at: now)
        guard room > 0 else { return nil }
        if !events.holes.isEmpty, let batch = try takeHeldEvents(from: reader, room, now) { return batch }
        if !holds.isEmpty, holds.dueAlone(at: now) != nil { return nil }
        guard events.handedOver < committed, events.reach < Limits.relayReach else { return nil }
        let rows = try reader.events(after: events.handedOver, limit: room)
        if rows.isEmpty { return nil }
        var batch = Batch()
        batch.reserveCapacity(rows.count)
        for row in rows {
            let (destination, isConsumed) = destination(ofType: row.type)
            if !holds.isEmpty, holds.isHeld(destination) {
                events.skip(row.position, destination, .main)
                continue
            }
            events.handOver(row.position)
            let token = RelayToken(row.position, .event(isConsumed: isConsumed), destination)
            batch.append(RelayMessage(token, row, mandatory: true))
            main.handOver(row.body.count)
        }
        return batch
    }

    private mutating func takeHeldEvents(from reader: OutboxReader, _ room: Int, _ now: Int64) throws -> Batch? {
        guard mayScan(mustScan.events, events.holes.count, since: lastScan.events, now) else { return nil }
        lastScan.events = now
        let chosen = choose(events.holes, room, now)
        mustScan.events = chosen.count == room || chosen.count == Self.holesAtOnce
        if chosen.isEmpty { return nil }
        let rows = try reader.events(at: chosen.map(\.position))
        events.resent(Set(rows.map(\.position)))
        giveBack(chosen, besides: rows)
        main.handOver(rows)
        return rows.map { row in
            let (destination, isConsumed) = destination(ofType: row.type)
            let token = RelayToken(row.position, .event(isConsumed: isConsumed), destination)
            return RelayMessage(token, row, mandatory: true)
        }
    }

    private static let holesAtOnce = 500

    private func mayScan(_ mustScan: Bool, _ count: Int, since last: Int64, _ now: Int64) -> Bool {
        guard mustScan || !holds.isEmpty && holds.isDue(at: now) else { return false }
        return count <= Self.manyHoles || now >= last + Self.scanPeriod
    }

    /// The first holes that may go now; they count as sent to their destinations.
    private mutating func choose(_ holes: [RelayStream.Hole], _ room: Int, _ now: Int64) -> [RelayStream.Hole] {
        if holds.isEmpty { return Array(holes.prefix(min(room, Self.holesAtOnce))) }
        let alone = holds.dueAlone(at: now)
        var chosen: [RelayStream.Hole] = []
        for hole in holes {
            if chosen.count >= min(room, Self.holesAtOnce) { break }
            if let alone, hole.destination != alone { continue }
            guard holds.take(hole.destination, at: now) else { continue }
            chosen.append(hole)
            if alone != nil {
                main.isolation.beginAlone()
                break
            }
        }
        return chosen
    }

    /// What was not read after all has not been sent.
    private mutating func giveBack(_ chosen: [RelayStream.Hole], besides rows: [OutboxRow]) {
        if rows.count == chosen.count || holds.isEmpty { return }
        let read = Set(rows.map(\.position))
        for hole in chosen where !read.contains(hole.position) { holds.lost(hole.destination) }
    }

    /// The next replies whose events are confirmed; nil if there are none, or no room. Empty: nobody asked for them, or they must wait.
    /// - Parameter queuesAreOpen: whether the lane of queues has a connection.
    package mutating func takeReplies(
        from reader: OutboxReader, upTo committed: Int64, queuesAreOpen: Bool, at now: Int64
    ) throws -> (main: Batch, queues: Batch)? {
        var room = (main: room(.main, at: now), queues: queuesAreOpen ? room(.queues, at: now) : 0)
        if !holds.isEmpty, holds.dueAlone(at: now) != nil { room.main = 0 }
        if !replies.holes.isEmpty, let batches = try takeHeldReplies(from: reader, room, now) { return batches }
        guard room.main > 0, replies.handedOver < committed, replies.reach < Limits.relayReach else { return nil }
        // With events that fail, a reply must not wait for those of others.
        let isHolding = !events.holes.isEmpty
        let rows = try reader.replies(after: replies.handedOver, limit: room.main, stopsAtAwaiting: !isHolding) { events.haveLeft($0) }
        if rows.isEmpty { return nil }
        var batches = (main: Batch(), queues: Batch())
        for row in rows {
            if row.routingKey.isEmpty {
                replies.pass(row.position)
                continue
            }
            let lane: RelayLane = row.exchange.isEmpty ? .queues : .main
            let destination = RelayDestination(replyTo: row.routingKey, isQueue: lane == .queues)
            let mustWait = row.awaited != nil || lane == .queues && room.queues <= 0 || !holds.isEmpty && holds.isHeld(destination)
            if mustWait {
                replies.skip(row.position, destination, lane, awaited: row.awaited)
                if row.awaited == nil { mustScan.replies = true }
            } else if lane == .queues, passOver(deadAddress: row) {
                replies.pass(row.position)
            } else {
                replies.handOver(row.position)
                hand(row, destination, lane, to: &batches)
                if lane == .queues { room.queues -= 1 }
            }
        }
        return batches
    }

    private mutating func hand(
        _ row: OutboxRow, _ destination: RelayDestination, _ lane: RelayLane, to batches: inout (main: Batch, queues: Batch)
    ) {
        let message = RelayMessage(RelayToken(row.position, .reply, destination), row, mandatory: false)
        if lane == .main {
            main.handOver(row.body.count)
            batches.main.append(message)
        } else {
            queues.handOver(row.body.count)
            loneAddress = row.routingKey
            batches.queues.append(message)
        }
    }

    /// A queue's name for which the broker has closed a connection before is not tried for others.
    private mutating func passOver(deadAddress row: OutboxRow) -> Bool {
        guard !deadAddresses.isEmpty, deadAddresses.contains(row.routingKey) else { return false }
        note(.reply, row.position, "the broker closed the channel at another reply to the same address")
        return true
    }

    private mutating func takeHeldReplies(
        from reader: OutboxReader, _ room: (main: Int, queues: Int), _ now: Int64
    ) throws -> (main: Batch, queues: Batch)? {
        guard mayScan(mustScan.replies, replies.holes.count, since: lastScan.replies, now) else { return nil }
        lastScan.replies = now
        var left = room
        var chosen: [RelayStream.Hole] = []
        var kept: [RelayStream.Hole] = []
        var isMore = false
        for hole in replies.holes {
            if let awaited = hole.awaited, !events.haveLeft(awaited) { continue }
            let hasRoom = (hole.lane == .main ? left.main : left.queues) > 0 && chosen.count < Self.holesAtOnce
            if !hasRoom {
                isMore = true
                if hole.lane == .queues, room.queues == 0 { kept.append(hole) }
            } else if holds.isEmpty || holds.take(hole.destination, at: now) {
                chosen.append(hole)
                if hole.lane == .main { left.main -= 1 } else { left.queues -= 1 }
            } else {
                kept.append(hole)
            }
        }
        mustScan.replies = isMore
        // Whoever takes nothing must not hold up all others one day.
        for hole in kept.prefix(max(0, kept.count - Limits.repliesHeld)) {
            giveUp(
                RelayToken(hole.position, .reply, hole.destination),
                "its destination takes nothing, and \(Limits.repliesHeld) wait behind it", now)
        }
        if chosen.isEmpty { return nil }
        let rows = try reader.replies(at: chosen.map(\.position))
        replies.resent(Set(rows.map(\.position)))
        giveBack(chosen, besides: rows)
        var batches = (main: Batch(), queues: Batch())
        for row in rows {
            let lane: RelayLane = row.exchange.isEmpty ? .queues : .main
            let destination = RelayDestination(replyTo: row.routingKey, isQueue: lane == .queues)
            if lane == .queues, passOver(deadAddress: row) {
                replies.left(row.position)
                holds.lost(destination)
            } else {
                hand(row, destination, lane, to: &batches)
            }
        }
        return batches
    }

    /// Events of a resync that failed or were held; nil if there are none that may go.
    package mutating func takeHeldResync(from reader: OutboxReader, at now: Int64) throws -> Batch? {
        let room = room(.main, at: now)
        guard room > 0, !resync.holes.isEmpty, mustScan.resync || !holds.isEmpty && holds.isDue(at: now) else { return nil }
        let chosen = choose(resync.holes, room, now)
        mustScan.resync = chosen.count == room
        if chosen.isEmpty { return nil }
        let rows = try reader.events(at: chosen.map(\.position))
        resync.resent(Set(rows.map(\.position)))
        giveBack(chosen, besides: rows)
        return resyncBatch(rows)
    }

    mutating func resyncBatch(_ rows: [OutboxRow]) -> Batch {
        main.handOver(rows)
        return rows.map { row in
            let token = RelayToken(row.position, .resync, destination(ofType: row.type).destination)
            return RelayMessage(token, row, mandatory: true)
        }
    }

    /// Forgets the holds for which nothing waits.
    package mutating func sweep() {
        if holds.isEmpty { return }
        var waited = Set(again.compactMap(\.destination))
        for stream in [events, replies, resync] { for hole in stream.holes { waited.insert(hole.destination) } }
        holds.keep(waited)
    }

    /// Takes up what a person wants sent again.
    package mutating func want(_ wanted: [(kind: SetAsideKind, position: Int64)]) {
        for (kind, position) in wanted where !again.contains(where: { $0.kind == kind && $0.position == position }) {
            again.append(Again(kind: kind, position: position))
        }
    }

    /// Messages that were set aside and are tried again; nil if there are none that may go.
    package mutating func takeAgain(
        from reader: OutboxReader, queuesAreOpen: Bool, at now: Int64
    ) throws -> (main: Batch, queues: Batch)? {
        if again.isEmpty { return nil }
        var batches = (main: Batch(), queues: Batch())
        var room = (main: room(.main, at: now), queues: queuesAreOpen ? room(.queues, at: now) : 0)
        for place in again.indices.reversed() where !again[place].isInFlight {
            let (kind, position) = (again[place].kind, again[place].position)
            let row = try kind == .event ? reader.events(at: [position]).first : reader.replies(at: [position]).first
            guard let row, !row.body.isEmpty else {
                again.remove(at: place)
                note(kind, position, "its body is no longer kept")
                continue
            }
            let lane: RelayLane = row.exchange.isEmpty ? .queues : .main
            let destination =
                kind == .event
                ? destination(ofType: row.type).destination : RelayDestination(replyTo: row.routingKey, isQueue: lane == .queues)
            (again[place].destination, again[place].lane) = (destination, lane)
            guard (lane == .main ? room.main : room.queues) > 0, holds.isEmpty || holds.take(destination, at: now) else { continue }
            if holds.isForbidden(destination) {
                main.isolation.beginAlone()
                room.main = 1
            }
            again[place].isInFlight = true
            let message = RelayMessage(RelayToken(position, .again(kind), destination), row, mandatory: kind == .event)
            if lane == .main {
                room.main -= 1
                main.handOver(row.body.count)
                batches.main.append(message)
            } else {
                room.queues -= 1
                queues.handOver(row.body.count)
                loneAddress = row.routingKey
                deadAddresses.remove(row.routingKey)
                batches.queues.append(message)
            }
        }
        return batches.main.isEmpty && batches.queues.isEmpty ? nil : batches
    }

    /// Whether something waits for the lane of queues.
    package var wantsQueues: Bool {
        !replies.holes.isEmpty && replies.holes.contains { $0.lane == .queues } || again.contains { $0.lane == .queues }
    }

    /// Something that the broker has taken before, or that does nothing; nil: there is nothing, and a fresh connection must do.
    package mutating func takeProbe(_ lane: RelayLane, from reader: OutboxReader, at now: Int64) throws -> Batch {
        let row: OutboxRow? =
            switch lane {
            // Whoever had it drops it by its id.
            case .main: try reader.smallestEvent(through: events.mark)
            // Nobody has a queue of that name, so it goes nowhere.
            case .queues:
                OutboxRow(
                    position: 0, exchange: "", routingKey: "\(reader.service).relay-probe", messageId: "", type: "", correlationId: "",
                    body: [])
            }
        guard let row else {
            passWithoutProbe(lane, at: now)
            return []
        }
        self[lane].handOver(row.body.count)
        return [RelayMessage(RelayToken(0, .probe, RelayDestination(code: 0)), row, mandatory: false)]
    }

    /// Tells the store how far the relay has got; written with the next batch. Answers what it has passed over or sent after all.
    @discardableResult
    package mutating func mark(_ store: ServiceStore) -> [SetAside.Note] {
        let notes = takeNotes()
        store.sent.withLock { marks in
            (marks.events, marks.replies) = (events.mark, replies.mark)
            if !notes.isEmpty { marks.setAside += notes }
        }
        store.eventsSentBeyond.store(events.leftBeyond, ordering: .relaxed)
        store.repliesSentBeyond.store(replies.leftBeyond, ordering: .relaxed)
        return notes
    }
}
