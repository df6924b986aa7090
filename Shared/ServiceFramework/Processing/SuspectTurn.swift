public import Messaging

/// The turn of a message that came back after the process had died: its attempt is counted, it is handled, the count is taken back.
///
/// When the store fails in between, the turn goes on where it stopped. Begun anew it would count one more attempt each time, and a disk that
/// stays full for a few seconds would get an innocent message parked as poison.
public struct SuspectTurn {
    private enum Stage { case uncounted, counted, handled, over }

    public let incoming: Incoming
    private var stage = Stage.uncounted
    public var isOver: Bool { stage == .over }

    public init(_ incoming: Incoming) { self.incoming = incoming }

    /// - Parameter decided: gets what was decided, once.
    /// - Throws: when the store fails; call it again then.
    public mutating func proceed(_ processor: BatchProcessor, decided: ([Decision]) -> Void = { _ in }) throws {
        if stage == .uncounted {
            guard try processor.beginAttempt(incoming) else {
                stage = .over
                return decided(processor.decisions)
            }
            stage = .counted
        }
        if stage == .counted {
            do {
                try processor.process([incoming])
            } catch {
                // The store failed and the process lives. Taken back at once where that goes, for somebody may end the process over it.
                if (try? processor.probe()) != nil { stage = .uncounted }
                throw error
            }
            stage = .handled
            decided(processor.decisions)
        }
        if stage == .handled {
            try processor.endAttempt(incoming)
            stage = .over
        }
    }
}
