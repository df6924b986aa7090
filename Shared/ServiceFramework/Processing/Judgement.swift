import Contracts
import Messaging
import Primitives

/// A delivery and what could be read of it.
struct Arrival {
    let incoming: Incoming
    /// Of its body.
    let digest: Digest
    /// Nil: it is no message.
    let envelope: Envelope?

    init(_ incoming: Incoming, _ digest: Digest, _ envelope: Envelope?) {
        (self.incoming, self.digest, self.envelope) = (incoming, digest, envelope)
    }

    /// Of a delivery that was not let in, whatever of it can be read.
    init(refused incoming: Incoming, _ digest: Digest) { self.init(incoming, digest, try? Envelope(parsing: incoming.body)) }
}

/// A message that was let in, with all that judging it needs.
struct Judgement {
    let incoming: Incoming
    /// Of its body.
    let digest: Digest
    let envelope: Envelope
    let entry: HandlerEntry
    /// What it is about, as far as can be said.
    let subject: String
    /// Whether there is a savepoint around its handler.
    let isGuarded: Bool

    var isCommand: Bool { entry.channel == .commands }
    var arrival: Arrival { Arrival(incoming, digest, envelope) }

    /// The sequence of an event that its own service says; others may count as they like.
    var ownSequence: Int64? {
        guard !isCommand, let sequence = envelope.sequence else { return nil }
        return SourceLife(envelope.source).origin == "/" + entry.name.service ? sequence : nil
    }
}
