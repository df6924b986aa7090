import Contracts
import Messaging
import Primitives
import Storage
import StrictJSON

/// The order of judgement: envelope, route, type, (source, id), data, business key, then the handler (sections 2 and 4 of the contract).
extension BatchProcessor {
    func judge(_ incoming: Incoming, isGuarded: Bool) throws {
        let before = replies.refusedDestinations
        replies.eventsBefore = outbox.position
        try admit(incoming, isGuarded: isGuarded)
        if replies.refusedDestinations != before { pendingDecisions.append(Decision(unanswered: incoming)) }
    }

    private func admit(_ incoming: Incoming, isGuarded: Bool) throws {
        let digest = Digest(of: incoming)
        if incoming.channel == .dead {
            let envelope = try? Envelope(parsing: incoming.body)
            pendingTally.countParked(nil, incoming.channel)
            return try park(incoming, envelope, .deadLettered, "the broker gave up on it", digest: digest)
        }
        let envelope: Envelope
        let entry: HandlerEntry
        do throws(EnvelopeFault) {
            envelope = try Admission.envelope(of: incoming)
            try Admission.checkRoute(incoming, type: envelope.type)
            entry = try self.entry(for: envelope, on: incoming.channel)
        } catch {
            let envelope = try? Envelope(parsing: incoming.body)
            pendingTally.countParked(nil, incoming.channel)
            return try refuse(incoming, envelope, error.reason, error.message, digest: digest)
        }
        try judge(incoming, envelope, entry, digest: digest, isGuarded: isGuarded)
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

    private func judge(
        _ incoming: Incoming, _ envelope: Envelope, _ entry: HandlerEntry, digest: Digest, isGuarded: Bool
    ) throws {
        let decoded: Result<HandlerEntry.Decoded, InvalidData>
        do throws(InvalidData) {
            let ready = try entry.decode(envelope)
            // In a field that nobody reads it would still cut off what other programs see of the message.
            if envelope.holdsNull { throw InvalidData("", "the data must not have the character U+0000") }
            decoded = .success(ready)
        } catch {
            decoded = .failure(error)
        }
        if let sentAt = envelope.sentAt { pendingTally.note(sentAt: sentAt) }
        CrashPoint.handling(envelope.id)
        let isCommand = entry.channel == .commands
        // A command that names nothing (`open-mart` without a regency) has an empty subject, which no envelope may carry.
        let named = (try? decoded.get().subject).flatMap { $0.isEmpty ? nil : $0 }
        let subject = named ?? envelope.subject ?? Self.firstId(in: envelope.data) ?? envelope.id
        tx.incoming = incoming
        let trace = trace(of: incoming, envelope.traceparent, envelope.tracestate)
        let cause = Cause(
            id: envelope.id, source: envelope.source, sequence: envelope.sequence,
            correlationId: envelope.correlationId ?? incoming.correlationId ?? envelope.id,
            traceparent: trace.parent, tracestate: trace.state,
            regency: envelope.regency, inboxPosition: inbox.position + 1)
        tx.cause = cause
        let isNew = try inbox.claim(
            envelope, digest: digest, subject: subject, correlationId: cause.correlationId, eventsAfter: outbox.position,
            reply: isCommand ? replies.position + 1 : nil,
            at: outbox.time, in: connection)
        if !isNew {
            guard let known = try inbox.known(envelope, in: connection) else { return }
            guard isReplaying, known.digest == digest, known.claim.outcome == .rejected else {
                return try repeated(known, incoming, envelope, entry, digest: digest)
            }
            // The message whose refusal is remembered here: from memory it would be refused for ever, whatever has been mended since.
            tx.cause = cause.with(inboxPosition: known.claim.position)
            try inbox.takeOver(
                known.claim, eventsAfter: outbox.position, reply: isCommand ? replies.position + 1 : nil, in: connection)
        }
        if isNew, try isFork(envelope, entry) { return try park(fork: incoming, envelope, entry, digest: digest) }

        switch decoded {
        case .failure(let fault) where isCommand:
            try reject(Rejection(fault), incoming, envelope, entry, subject: subject, digest: digest)
        case .failure(let fault):
            pendingTally.countParked(entry, incoming.channel)
            try inbox.release(in: connection)
            try park(incoming, envelope, .invalidData, fault.description, digest: digest)
        case .success(let ready):
            try conclude(
                try outcome(of: ready, envelope, entry, isGuarded: isGuarded), incoming, envelope, entry, ready, subject: subject,
                digest: digest)
        }
    }

    // MARK: Forks

    /// The sequence of an event that its own service says; others may count as they like.
    private func ownSequence(_ envelope: Envelope, _ entry: HandlerEntry) -> Int64? {
        guard entry.channel == .events, let sequence = envelope.sequence else { return nil }
        return SourceLife(envelope.source).origin == "/" + entry.name.service ? sequence : nil
    }

    /// Whether a new message has a sequence under which its source said something else before. What a person replays goes through: it may be a
    /// fact that nobody else will tell.
    private func isFork(_ envelope: Envelope, _ entry: HandlerEntry) throws -> Bool {
        guard let sequence = ownSequence(envelope, entry), !isReplaying else { return false }
        return try heard.contains(sequence, of: inbox.number(of: envelope.source, in: connection), in: connection)
    }

    private func park(fork incoming: Incoming, _ envelope: Envelope, _ entry: HandlerEntry, digest: Digest) throws {
        pendingTally.countParked(entry, incoming.channel)
        try inbox.release(in: connection)
        try park(
            incoming, envelope, .inconsistent,
            "\(envelope.source) said something else as event \(envelope.sequence ?? 0) before: its store was put back to an older copy",
            digest: digest, isFork: true)
    }

    private func noteHeard(_ envelope: Envelope, _ entry: HandlerEntry) throws {
        guard let sequence = ownSequence(envelope, entry) else { return }
        try heard.note(sequence, of: inbox.number(of: envelope.source, in: connection), in: connection)
    }

    /// The trace that a message belongs to: its body's, else its header's, else a new one.
    private func trace(of incoming: Incoming, _ parent: String?, _ state: String?) -> (parent: String, state: String?) {
        if let parent, TraceContext.isValid(parent) { return (parent, state) }
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
    private func repeated(
        _ known: Inbox.Known, _ incoming: Incoming, _ envelope: Envelope, _ entry: HandlerEntry, digest: Digest
    ) throws {
        tx.cause = tx.cause.with(inboxPosition: known.claim.position)
        if known.digest == digest {
            decide(.duplicate, entry, subject: known.subject)
            if let reply = known.claim.reply {
                try replies.repeatReply(at: reply, subject: known.subject, to: incoming, cause: tx.cause, in: connection)
            }
            return
        }
        let error = "message id \(envelope.id) of \(envelope.source) was used before with other content"
        if entry.channel == .events {
            pendingTally.countParked(entry, incoming.channel)
            return try park(incoming, envelope, .conflict, error, digest: digest)
        }
        tx.cause = tx.cause.with(inboxPosition: 0)
        decide(.rejected(.conflict), entry, subject: known.subject)
        try answer(ReplyData(Rejection(.conflict, error, field: "id"), subject: known.subject), incoming, envelope)
        if entry.isKeptWhenRejected(envelope) { try park(incoming, envelope, .conflict, error, digest: digest) }
    }

    private func outcome(
        of ready: HandlerEntry.Decoded, _ envelope: Envelope, _ entry: HandlerEntry, isGuarded: Bool
    ) throws -> Outcome {
        if let claim = ready.businessKey, let earlier = try BusinessKeys.digest(of: claim.key, in: connection) {
            if try earlier == Digest(of: claim.canonical) || entry.isRepeat(envelope, earlier, tx) { return .duplicate }
            return .rejected(Rejection(.conflict, "\(claim.key.kind) \(claim.key.id) exists with other data"))
        }
        return try run(ready, isGuarded: isGuarded)
    }

    private func conclude(
        _ outcome: Outcome, _ incoming: Incoming, _ envelope: Envelope, _ entry: HandlerEntry, _ ready: HandlerEntry.Decoded,
        subject: String,
        digest: Digest
    ) throws {
        let isCommand = entry.channel == .commands
        switch outcome {
        case .done, .answered:
            decide(.accepted, entry, subject: subject)
            guard isCommand else { return try noteHeard(envelope, entry) }
            if let claim = ready.businessKey { try BusinessKeys.claim(claim.key, digest: Digest(of: claim.canonical), in: connection) }
            var reply = ReplyData(status: .accepted, code: .ok, message: "\(entry.name.name) accepted", subject: subject)
            if case .answered(let details) = outcome { reply.details = details }
            try replies.append(reply, to: incoming, cause: tx.cause, in: connection)
        case .duplicate:
            decide(.duplicate, entry, subject: subject)
            try inbox.decide(.duplicate, in: connection)
            guard isCommand else { return try noteHeard(envelope, entry) }
            let reply = ReplyData(status: .duplicate, code: .ok, message: "\(entry.name.name) had been done before", subject: subject)
            try replies.append(reply, to: incoming, cause: tx.cause, in: connection)
        case .rejected(let rejection) where isCommand:
            try reject(rejection, incoming, envelope, entry, subject: subject, digest: digest)
        case .rejected(let rejection):
            pendingTally.countParked(entry, incoming.channel)
            try inbox.release(in: connection)
            try park(incoming, envelope, rejection.code == .invalid ? .invalidData : .inconsistent, rejection.message, digest: digest)
        case .park(let reason, let error):
            pendingTally.countParked(entry, incoming.channel)
            try inbox.release(in: connection)
            try refuse(incoming, envelope, reason, error, digest: digest)
        }
    }

    private func reject(
        _ rejection: Rejection, _ incoming: Incoming, _ envelope: Envelope, _ entry: HandlerEntry, subject: String, digest: Digest
    ) throws {
        decide(.rejected(rejection.code), entry, subject: subject)
        try inbox.decide(.rejected, in: connection)
        try answer(ReplyData(rejection, subject: subject), incoming, envelope)
        if entry.isKeptWhenRejected(envelope) {
            try park(incoming, envelope, rejection.code == .conflict ? .conflict : .rejected, rejection.message, digest: digest)
        }
    }

    /// Answers a command; a rejection that nobody waits for is published as an event.
    private func answer(_ reply: ReplyData, _ incoming: Incoming, _ envelope: Envelope) throws {
        if incoming.replyTo == nil, reply.status == .rejected {
            let stated = envelope.regency ?? envelope.data["regency"]?.string
            try outbox.appendRejection(
                reply, of: envelope, regency: stated.flatMap { Regency.isValid($0) ? $0 : nil }, cause: tx.cause, in: connection)
        }
        try replies.append(reply, to: incoming, cause: tx.cause, in: connection)
    }

    /// Parks, and tells whoever waits for a reply.
    func refuse(_ incoming: Incoming, _ envelope: Envelope?, _ reason: ParkReason, _ error: String, digest: Digest) throws {
        try park(incoming, envelope, reason, error, digest: digest)
        guard incoming.channel == .commands, incoming.replyTo != nil else { return }
        // What no envelope may say is not said by the reply's either.
        func sayable(_ property: String?) -> String? { property.flatMap { $0.utf8.contains(0) ? nil : $0 } }
        let id = envelope?.id ?? sayable(incoming.messageId) ?? ""
        let trace = trace(of: incoming, envelope?.traceparent, envelope?.tracestate)
        let cause = Cause(
            id: id, source: envelope?.source ?? "",
            correlationId: envelope?.correlationId ?? sayable(incoming.correlationId) ?? id,
            traceparent: trace.parent, tracestate: trace.state)
        let reply = ReplyData(
            status: .rejected, code: .invalid, message: "parked as \(reason.rawValue): \(error)", subject: envelope?.subject ?? id)
        try replies.append(reply, to: incoming, cause: cause, in: connection)
    }

    private func park(
        _ incoming: Incoming, _ envelope: Envelope?, _ reason: ParkReason, _ error: String, digest: Digest, isFork: Bool = false
    ) throws {
        let parkedId =
            if let replayed {
                try parkingLot.park(replayed, again: reason, error, at: outbox.time, in: connection)
            } else {
                try parkingLot.park(incoming, envelope, reason, error, digest: digest, at: outbox.time, in: connection)
            }
        noteParked(Decision(parked: incoming, envelope, reason, parkedId: parkedId, isFork: isFork))
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
