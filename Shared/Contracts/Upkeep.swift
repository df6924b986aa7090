public import Primitives

// Commands to every service that concern its store as a whole: a backup of it, its events sent once more, what it could not send, its clock
// accepted.

/// Data of `backup-store`.
public struct BackupRequest: Record {
    /// Names the backup's files; made from the time where it is absent.
    public var backupName: String?
    public var by = ""
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("name", &backupName)
        try f.person("by", &by)
    }
}

/// Data of `resync`: which events are to be sent once more, and for whom.
public struct ResyncRequest: Record {
    /// The service that is to have them.
    public var consumer = ""
    /// The first sequence, of `source`; everything after it follows, unless `toSequence` says where to end.
    public var fromSequence: Int64?
    public var toSequence: Int64?
    /// Of the sequences; the present one where it is absent.
    public var source: String?
    /// In place of a sequence: the business date on which the range begins.
    public var since: BusinessDate?
    /// In place of a sequence: everything that is kept.
    public var all = false
    public var by = ""
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("consumer", &consumer)
        try f.integer("fromSequence", &fromSequence, 1...Rupiah.maximum.amount)
        try f.integer("toSequence", &toSequence, 1...Rupiah.maximum.amount)
        try f.text("source", &source)
        try f.date("since", &since)
        try f.flag("all", &all)
        try f.person("by", &by)
    }

    public func check() throws(InvalidData) {
        if [fromSequence != nil, since != nil, all].count(where: { $0 }) != 1 {
            throw InvalidData("fromSequence", "or since or all must say where to begin, and only one of them")
        }
        if fromSequence == nil, toSequence != nil || source != nil { throw InvalidData("toSequence", "and source go with fromSequence") }
        if let fromSequence, let toSequence, toSequence < fromSequence { throw InvalidData("toSequence", "is less than fromSequence") }
    }
}

/// Data of `accept-clock`: the system's clock is right, although it is further ahead than the service believes by itself.
public struct ClockAcceptance: Record {
    public var by = ""
    public var reason = ""
    /// What the person saw the clock say; if it says another day by now, nothing is accepted.
    public var time: Instant?
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.person("by", &by)
        try f.prose("reason", &reason)
        try f.instant("time", &time)
    }
}

/// Data of `send-again`: which of the messages that were set aside are to be tried once more.
public struct SendAgainRequest: Record {
    /// As `/v1/set-aside` shows them, e.g. `event-42`.
    public var setAsideIds: [String]?
    /// In place of ids: all of one kind.
    public var kind: SetAsideKind?
    /// Only says what would be done.
    public var dryRun = false
    public var by = ""
    public var reason = ""
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.ids("setAsideIds", &setAsideIds)
        try f.choice("kind", &kind)
        try f.flag("dryRun", &dryRun)
        try f.person("by", &by)
        try f.prose("reason", &reason)
    }

    public func check() throws(InvalidData) {
        if (setAsideIds == nil) == (kind == nil) { throw InvalidData("setAsideIds", "or a kind must say which are meant, not both") }
    }
}

/// What was set aside: an event, which its listeners lack, or a reply, for which somebody may have waited.
public enum SetAsideKind: String, Choice {
    case event, reply
}
