import Contracts
import Logging
import Messaging
import RabbitMQ
import ServiceFramework
import Storage

/// What the relay tells people: reasons of `/readyz`, and lines of the log, each once where it begins and where it ends.
struct RelayReport {
    private let reader: OutboxReader
    private let health: Health
    private let logger: Logger
    /// Reasons that hold now, as they were told.
    private var told: [Health.Reason: String] = [:]
    /// Events that listeners lack; nil: not looked yet.
    private var lacking: Set<Int64>?
    /// How the last connection ended at which something was refused.
    private var refusal: [RelayLane: String] = [:]

    init(_ reader: OutboxReader, _ health: Health, _ logger: Logger) {
        self.reader = reader
        self.health = health
        self.logger = logger
    }

    // MARK: As it stands

    mutating func standing(_ window: RelayWindow, _ mail: Relay.Mail) {
        if lacking == nil { lookForLacking() }
        if told.isEmpty, window.holds.isEmpty, refusal.isEmpty { return }
        tell(.queueFull, queueFull(window.types(heldFor: .full)))
        tell(.unroutable, unroutable(window.types(heldFor: .unroutable)))
        tell(.publishRefused, publishRefused(window))
        if told[.publishRefused] == nil { refusal = [:] }
    }

    private mutating func tell(_ reason: Health.Reason, _ message: String?) {
        if told[reason] == message { return }
        if let message {
            logger.error("not ready", metadata: [LogKey.reason: "\(reason.rawValue)", LogKey.error: "\(message)"])
            health.set(reason, message)
        } else {
            logger.info("ready again", metadata: [LogKey.reason: "\(reason.rawValue)"])
            health.clear(reason)
        }
        told[reason] = message
    }

    private func queueFull(_ types: [String]) -> String? {
        if types.isEmpty { return nil }
        let queues = types.flatMap(reader.topology.queues(forType:)).uniqued()
        let names = types.map(Self.short).joined(separator: ", ")
        let whose = queues.isEmpty ? "a queue that is none of the contract's" : queues.joined(separator: " or ")
        return "\(whose) takes no more: the broker refuses \(names); tried again after growing pauses, the rest goes on"
    }

    private func unroutable(_ types: [String]) -> String? {
        if types.isEmpty { return nil }
        let names = types.map(Self.short).joined(separator: ", ")
        let queues = types.flatMap(reader.topology.queues(forType:)).uniqued().joined(separator: " or ")
        return "\(names) came back although \(queues) should take it; the topology is being asserted"
    }

    private func publishRefused(_ window: RelayWindow) -> String? {
        var parts: [String] = []
        let types = window.types(heldFor: .forbidden)
        if !types.isEmpty {
            parts.append("the broker lets nobody publish \(types.map(Self.short).joined(separator: ", ")): \(refusal[.main] ?? "")")
        }
        if window.passesNothing(.main) { parts.append("the broker closes the channel whatever is published: \(refusal[.main] ?? "")") }
        if window.passesNothing(.queues) {
            parts.append("the broker closes the channel whatever reply to a queue is published: \(refusal[.queues] ?? "")")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// `consignment.sale-recorded`
    private static func short(_ type: String) -> String {
        let words = type.split(separator: ".")
        return words.count > 3 ? "\(words[2]).\(words[3])" : type
    }

    // MARK: What has happened

    /// Its queue or binding is gone; a new connection declares it again.
    func unroutable(_ position: Int64) {
        logger.error("event came back unroutable, asserting the topology", metadata: about(.event, position))
    }

    /// The broker closed the channel for something that it was sent.
    mutating func closed(_ lane: RelayLane, _ end: RabbitMQError?) { refusal[lane] = end.map { "\($0)" } ?? "" }

    /// What was passed over, and what has left after all.
    mutating func passedOver(_ notes: [SetAside.Note]) {
        if notes.isEmpty { return }
        if lacking == nil { lookForLacking() }
        for note in notes {
            var metadata = about(note.kind, note.position)
            if let reason = note.reason {
                metadata[LogKey.reason] = "\(reason)"
                logger.error("set aside: the broker does not take it; `martctl set-aside`", metadata: metadata)
                if note.kind == .event { lacking?.insert(note.position) }
            } else {
                logger.notice("sent after all", metadata: metadata)
                if note.kind == .event { lacking?.remove(note.position) }
            }
        }
        tellLacking()
    }

    private mutating func lookForLacking() {
        do {
            lacking = try reader.eventsSetAside()
            tellLacking()
        } catch {
            unreadable(error)
        }
    }

    private mutating func tellLacking() {
        let count = lacking?.count ?? 0
        let which = count == 1 ? "1 event was" : "\(count) events were"
        let message = "\(which) set aside, for the broker does not take it: its listeners lack it; see /v1/set-aside, `martctl set-aside`"
        if count > 0 { health.set(.setAside, message) } else { health.clear(.setAside) }
    }

    /// Which message it is, so that it is found.
    private func about(_ kind: SetAsideKind, _ position: Int64) -> Logger.Metadata {
        var metadata: Logger.Metadata = [LogKey.outboxPosition: "\(position)"]
        let row = try? kind == .event ? reader.events(at: [position]).first : reader.replies(at: [position]).first
        guard let row else { return metadata }
        metadata[LogKey.messageId] = "\(row.messageId)"
        metadata[LogKey.messageType] = "\(row.type.isEmpty ? ReplyData.type : row.type)"
        metadata[LogKey.correlationId] = "\(row.correlationId)"
        return metadata
    }

    func unreadable(_ error: any Error) {
        if StoreError.isCorruption(error) { FatalExit.now(.unavailable, "the store is damaged: \(error)", logger) }
        health.set(.storeFailing, "the outbox cannot be read: \(StoreError.reason(error))")
        logger.error("the outbox cannot be read", metadata: [LogKey.error: "\(error)"])
    }
}

extension [String] {
    fileprivate func uniqued() -> [String] { reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}
