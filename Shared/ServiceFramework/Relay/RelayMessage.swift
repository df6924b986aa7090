/// A message that is to leave: a row of the outbox or of the replies, and what the relay must know when its outcome comes back.
package struct RelayMessage: Sendable {
    /// A `RelayToken`, in the form in which a publisher carries it.
    package let token: UInt64
    /// Without an id: nothing but its routing key, to see whether the broker takes anything.
    package let row: OutboxRow
    /// Whether it has to come back where no queue takes it.
    package let mandatory: Bool

    init(_ token: RelayToken, _ row: OutboxRow, mandatory: Bool) {
        self.token = token.rawValue
        self.row = row
        self.mandatory = mandatory
    }
}
