public import Contracts
public import Messaging

/// Handles one kind of message: changes rows, appends the events that follow, and says what is to become of the delivery.
///
/// A handler only computes and touches its own store, inside the open transaction. Command handlers need not think of duplicates of
/// a message or of a claimed business key: they are judged before (`BatchProcessor`). Check everything first, then write: a handler that
/// writes and then rejects, parks or throws is undone, at the price of doing the batch again.
public protocol Handler<Input>: Sendable {
    associatedtype Input: Message
    func handle(_ input: Input, in tx: Transaction) throws -> Outcome
    /// Other forms of a command that the contract calls the same: if the business key was claimed by one of them, `input` is a duplicate.
    /// Asked only when the key is taken by other data, of which no more than a digest is kept.
    func forms(equivalentTo input: Input, in tx: Transaction) throws -> [Input]
}

extension Handler {
    public func forms(equivalentTo input: Input, in tx: Transaction) throws -> [Input] { [] }
}

/// Work that the business clock brings: expiry, warnings, dates on which something begins.
///
/// Fired when the service starts, whenever the business date changes, and again at once as long as it says that more is due.
public protocol Timer: Sendable {
    var name: String { get }
    /// Whether it waits for dates; if so, it rests while no clock is believed.
    var isDated: Bool { get }
    /// Does at most `Limits.timerChunk` things that are due by `tx.today`; answers whether more may be due. A unique key keeps each from happening twice.
    func fire(in tx: Transaction) throws -> Bool
}

extension Timer {
    public var isDated: Bool { true }
}
