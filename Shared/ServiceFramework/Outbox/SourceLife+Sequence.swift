import Primitives

extension SourceLife {
    /// The sequence of the event at `outbox.position`, in the life in which it was published.
    static let sequenceSQL = "(outbox.position - (SELECT max(startsAfter) FROM life WHERE startsAfter < outbox.position))"
}
