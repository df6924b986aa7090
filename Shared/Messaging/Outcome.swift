public import Contracts

/// What is to become of a delivery, as a handler decides it.
public enum Outcome: Sendable {
    /// The rows and events of the transaction stand; a command is answered `accepted`.
    case done
    /// As `done`, with these details (a JSON object) in the reply.
    case answered([UInt8])
    /// It had been done before by the same data; nothing changes; a command is answered `duplicate`.
    case duplicate
    /// A command's business "no". What the handler wrote is undone.
    case rejected(Rejection)
    /// Kept for a person, with its reason. What the handler wrote is undone.
    case park(ParkReason, String)
}

/// How a message ended, as it is recorded for ever.
public enum RecordedOutcome: Int64, Sendable, CaseIterable {
    case accepted = 0
    case duplicate = 1
    case rejected = 2
    case parked = 3

    public var name: String {
        switch self {
        case .accepted: "accepted"
        case .duplicate: "duplicate"
        case .rejected: "rejected"
        case .parked: "parked"
        }
    }
}
