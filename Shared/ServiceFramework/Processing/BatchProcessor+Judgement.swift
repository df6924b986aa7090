import Contracts
import Messaging
import Primitives
import Storage
import StrictJSON

/// The order of judgement: envelope, route, type, (source, id), data, business key, then the handler (sections 2 and 4 of the contract).
extension BatchProcessor {
    func judge(_ incoming: Incoming, isGuarded: Bool) throws {
        let before = positions.now.refusedReplies
        positions.now.eventsBefore = positions.now.events
        try admit(incoming, isGuarded: isGuarded)
        if positions.now.refusedReplies != before { pendingDecisions.append(Decision(unanswered: incoming)) }
    }

    private func admit(_ incoming: Incoming, isGuarded: Bool) throws {
        let digest = Digest(of: incoming)
        if incoming.channel == .dead {
            pendingTally.countParked(nil, incoming.channel)
            return try park(Arrival(refused: incoming, digest), .deadLettered, "the broker gave up on it")
        }
        let envelope: Envelope
        let entry: HandlerEntry
        do throws(EnvelopeFault) {
            envelope = try Admission.envelope(of: incoming)
            try Admission.checkRoute(incoming, type: envelope.type)
            entry = try self.entry(for: envelope, on: incoming.channel)
        } catch {
            pendingTally.countParked(nil, incoming.channel)
            return try refuse(Arrival(refused: incoming, digest), error.reason, error.message)
        }
        let data = read(envelope, entry)
        let judgement = Judgement(
            incoming: incoming, digest: digest, envelope: envelope, entry: entry, subject: Self.subject(of: envelope, data),
            isGuarded: isGuarded)
        try judge(judgement, data)
    }

    private func entry(for envelope: Envelope, on channel: Incoming.Channel) throws(EnvelopeFault) -> HandlerEntry {
        guard let entry = entries[envelope.type] else {
            throw EnvelopeFault(.unknownType, "\(store.definition.name) does not know \(envelope.type.prefix(200))")
        }
        guard entry.channel == channel else {
            let place = entry.channel == .commands ? "a command" : "an event"
            throw EnvelopeFault(.unknownType, "\(entry.name) is \(place) and came with the \(channel.rawValue)")
        }
        return entry
    }

    private func read(_ envelope: Envelope, _ entry: HandlerEntry) -> Result<HandlerEntry.Decoded, InvalidData> {
        do throws(InvalidData) {
            let ready = try entry.decode(envelope)
            // In a field that nobody reads it would still cut off what other programs see of the message.
            if envelope.holdsNull { throw InvalidData("", "the data must not have the character U+0000") }
            return .success(ready)
        } catch {
            return .failure(error)
        }
    }

    private static func subject(of envelope: Envelope, _ data: Result<HandlerEntry.Decoded, InvalidData>) -> String {
        // A command that names nothing (`open-mart` without a regency) has an empty subject, which no envelope may carry.
        if case .success(let ready) = data, !ready.subject.isEmpty { return ready.subject }
        return envelope.subject ?? firstId(in: envelope.data) ?? envelope.id
    }

    private func judge(_ judgement: Judgement, _ data: Result<HandlerEntry.Decoded, InvalidData>) throws {
        let (incoming, envelope) = (judgement.incoming, judgement.envelope)
        if let sentAt = envelope.sentAt { pendingTally.note(sentAt: sentAt) }
        CrashPoint.handling(envelope.id)
        tx.incoming = incoming
        let trace = trace(of: judgement.arrival)
        let cause = Cause(
            id: envelope.id, source: envelope.source, sequence: envelope.sequence,
            correlationId: envelope.correlationId ?? incoming.correlationId ?? envelope.id,
            traceparent: trace.parent, tracestate: trace.state,
            regency: envelope.regency, inboxPosition: inbox.position + 1)
        tx.cause = cause
        let isNew = try inbox.claim(judgement, correlationId: cause.correlationId, at: outbox.time, in: connection)
        if !isNew {
            guard let known = try inbox.known(envelope, in: connection) else { return }
            guard isReplaying, known.digest == judgement.digest, known.claim.outcome == .rejected else {
                return try repeated(judgement, known)
            }
            // The message whose refusal is remembered here: from memory it would be refused for ever, whatever has been mended since.
            tx.cause = cause.with(inboxPosition: known.claim.position)
            try inbox.takeOver(known.claim, for: judgement, in: connection)
        }
        if isNew, try isFork(judgement) {
            let error =
                "\(envelope.source) said something else as event \(envelope.sequence ?? 0) before: its store was put back to an older copy"
            return try giveBack(judgement, .inconsistent, error, isFork: true)
        }

        switch data {
        case .failure(let fault) where judgement.isCommand: try reject(judgement, Rejection(fault))
        case .failure(let fault): try giveBack(judgement, .invalidData, fault.description)
        case .success(let ready): try conclude(judgement, try outcome(of: judgement, ready), ready)
        }
    }

    // MARK: Forks

    /// Whether a new message has a sequence under which its source said something else before. What a person replays goes through: it may be a
    /// fact that nobody else will tell.
    private func isFork(_ judgement: Judgement) throws -> Bool {
        guard let sequence = judgement.ownSequence, !isReplaying else { return false }
        return try heard.contains(sequence, of: inbox.number(of: judgement.envelope.source, in: connection), in: connection)
    }

    private func noteHeard(_ judgement: Judgement) throws {
        guard let sequence = judgement.ownSequence else { return }
        try heard.note(sequence, of: inbox.number(of: judgement.envelope.source, in: connection), in: connection)
    }

    /// The trace that a message belongs to: its body's, else its header's, else a new one.
    private func trace(of arrival: Arrival) -> (parent: String, state: String?) {
        if let parent = arrival.envelope?.traceparent, TraceContext.isValid(parent) { return (parent, arrival.envelope?.tracestate) }
        let incoming = arrival.incoming
        if let parent = incoming.traceparent, TraceContext.isValid(parent) {
            return (parent, incoming.tracestate.flatMap { TraceContext.state($0) })
        }
        return (outbox.traces.start(), nil)
    }

    /// What data that cannot be read is most likely about: a command names its subject first.
    private static func firstId(in data: JSONValue) -> String? {
        data.members.first { $0.name.hasSuffix("Id") && $0.value.string.map(Identifier.isValid) == true }?.value.string
    }

    /// The same (source, id) again: no second effect, whatever it says.
    private func repeated(_ judgement: Judgement, _ known: Inbox.Known) throws {
        let (envelope, entry) = (judgement.envelope, judgement.entry)
        tx.cause = tx.cause.with(inboxPosition: known.claim.position)
        if known.digest == judgement.digest {
            decide(.duplicate, entry, subject: known.subject)
            if let reply = known.claim.reply {
                try replies.repeatReply(at: reply, subject: known.subject, to: judgement.incoming, cause: tx.cause, in: connection)
            }
            return
        }
        let error = "message id \(envelope.id) of \(envelope.source) was used before with other content"
        if !judgement.isCommand {
            pendingTally.countParked(entry, judgement.incoming.channel)
            return try park(judgement.arrival, .conflict, error)
        }
        tx.cause = tx.cause.with(inboxPosition: 0)
        decide(.rejected(.conflict), entry, subject: known.subject)
        try answer(judgement, ReplyData(Rejection(.conflict, error, field: "id"), subject: known.subject))
        if entry.isKeptWhenRejected(envelope) { try park(judgement.arrival, .conflict, error) }
    }

    private func outcome(of judgement: Judgement, _ ready: HandlerEntry.Decoded) throws -> Outcome {
        if let claim = ready.businessKey, let earlier = try BusinessKeys.digest(of: claim.key, in: connection) {
            let isClaim = { (canonical: [UInt8]) in Digest(of: canonical) == earlier }
            if try isClaim(claim.canonical) || judgement.entry.isRepeat(judgement.envelope, isClaim, tx) { return .duplicate }
            return .rejected(Rejection(.conflict, "\(claim.key.kind) \(claim.key.id) exists with other data"))
        }
        return try run(ready, isGuarded: judgement.isGuarded)
    }

    private func conclude(_ judgement: Judgement, _ outcome: Outcome, _ ready: HandlerEntry.Decoded) throws {
        let (entry, subject) = (judgement.entry, judgement.subject)
        switch outcome {
        case .done, .answered:
            decide(.accepted, entry, subject: subject)
            guard judgement.isCommand else { return try noteHeard(judgement) }
            if let claim = ready.businessKey { try BusinessKeys.claim(claim.key, digest: Digest(of: claim.canonical), in: connection) }
            var reply = ReplyData(status: .accepted, code: .ok, message: "\(entry.name.name) accepted", subject: subject)
            if case .answered(let details) = outcome { reply.details = details }
            try replies.append(reply, to: judgement.incoming, cause: tx.cause, in: connection)
        case .duplicate:
            decide(.duplicate, entry, subject: subject)
            try inbox.decide(.duplicate, in: connection)
            guard judgement.isCommand else { return try noteHeard(judgement) }
            let reply = ReplyData(status: .duplicate, code: .ok, message: "\(entry.name.name) had been done before", subject: subject)
            try replies.append(reply, to: judgement.incoming, cause: tx.cause, in: connection)
        case .rejected(let rejection) where judgement.isCommand:
            try reject(judgement, rejection)
        case .rejected(let rejection):
            try giveBack(judgement, rejection.code == .invalid ? .invalidData : .inconsistent, rejection.message)
        case .park(let reason, let error):
            pendingTally.countParked(entry, judgement.incoming.channel)
            try inbox.release(in: connection)
            try refuse(judgement.arrival, reason, error)
        }
    }

    private func reject(_ judgement: Judgement, _ rejection: Rejection) throws {
        decide(.rejected(rejection.code), judgement.entry, subject: judgement.subject)
        try inbox.decide(.rejected, in: connection)
        try answer(judgement, ReplyData(rejection, subject: judgement.subject))
        if judgement.entry.isKeptWhenRejected(judgement.envelope) {
            try park(judgement.arrival, rejection.code == .conflict ? .conflict : .rejected, rejection.message)
        }
    }

    /// Answers a command; a rejection that nobody waits for is published as an event.
    private func answer(_ judgement: Judgement, _ reply: ReplyData) throws {
        let (incoming, envelope) = (judgement.incoming, judgement.envelope)
        if incoming.replyTo == nil, reply.status == .rejected {
            let stated = envelope.regency ?? envelope.data["regency"]?.string
            try outbox.appendRejection(
                reply, of: envelope, regency: stated.flatMap { Regency.isValid($0) ? $0 : nil }, cause: tx.cause, in: connection)
        }
        try replies.append(reply, to: incoming, cause: tx.cause, in: connection)
    }

    // MARK: Parking

    /// Parks an event, which claims nothing any more.
    private func giveBack(_ judgement: Judgement, _ reason: ParkReason, _ error: String, isFork: Bool = false) throws {
        pendingTally.countParked(judgement.entry, judgement.incoming.channel)
        try inbox.release(in: connection)
        try park(judgement.arrival, reason, error, isFork: isFork)
    }

    /// Parks, and tells whoever waits for a reply.
    func refuse(_ arrival: Arrival, _ reason: ParkReason, _ error: String) throws {
        try park(arrival, reason, error)
        let (incoming, envelope) = (arrival.incoming, arrival.envelope)
        guard incoming.channel == .commands, incoming.replyTo != nil else { return }
        // What no envelope may say is not said by the reply's either.
        func sayable(_ property: String?) -> String? { property.flatMap { $0.utf8.contains(0) ? nil : $0 } }
        let id = envelope?.id ?? sayable(incoming.messageId) ?? ""
        let trace = trace(of: arrival)
        let cause = Cause(
            id: id, source: envelope?.source ?? "",
            correlationId: envelope?.correlationId ?? sayable(incoming.correlationId) ?? id,
            traceparent: trace.parent, tracestate: trace.state)
        let reply = ReplyData(
            status: .rejected, code: .invalid, message: "parked as \(reason.rawValue): \(error)", subject: envelope?.subject ?? id)
        try replies.append(reply, to: incoming, cause: cause, in: connection)
    }

    private func park(_ arrival: Arrival, _ reason: ParkReason, _ error: String, isFork: Bool = false) throws {
        let parkedId =
            if let replayed {
                try parkingLot.park(replayed, again: reason, error, at: outbox.time, in: connection)
            } else {
                try parkingLot.park(arrival, reason, error, at: outbox.time, in: connection)
            }
        noteParked(Decision(parked: arrival, reason, parkedId: parkedId, isFork: isFork))
    }

    /// Counts a decision, and keeps it for the log where it is not routine.
    private func decide(_ verdict: Decision.Verdict, _ entry: HandlerEntry, subject: String) {
        if isReplaying { replayVerdict = verdict }
        switch verdict {
        case .accepted: pendingTally.count(entry, .accepted)
        case .duplicate: pendingTally.count(entry, .duplicate)
        case .parked: pendingTally.count(entry, .parked)
        // Counted where the reply was to be kept.
        case .unanswered: break
        case .rejected(let code):
            pendingTally.count(entry, .rejected)
            pendingTally.countRejected(code)
            return pendingDecisions.append(Decision(verdict, type: entry.name.type, subject: subject, cause: tx.cause))
        }
        if keepsRoutine { pendingDecisions.append(Decision(verdict, type: entry.name.type, subject: subject, cause: tx.cause)) }
    }
}
