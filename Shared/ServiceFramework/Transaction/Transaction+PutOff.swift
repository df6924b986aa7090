public import Messaging
import Storage

extension Transaction {
    private static let giveBack = SQL("DELETE FROM inbox WHERE position = ?")

    /// Parks a message that was put off when it came and now turns out not to fit. Like any parked message it claims nothing any more, so that it
    /// can be replayed.
    /// - Parameters:
    ///   - incoming: the delivery as it came (`incoming` of the transaction in which it was put off).
    ///   - cause: its cause of that time.
    public func park(putOff incoming: Incoming, _ cause: Cause, _ reason: ParkReason, _ error: String) throws {
        try execute(Self.giveBack, cause.inboxPosition)
        let arrival = Arrival(refused: incoming, Digest(of: incoming))
        let parkedId = try parkingLot.park(arrival, reason, error, at: outbox.time, in: connection)
        positions.now.parkedPutOff.append(Decision(parked: arrival, reason, parkedId: parkedId))
    }
}
