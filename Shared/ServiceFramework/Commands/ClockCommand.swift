import Contracts
import Messaging
import Primitives
import Storage
import StrictJSON

/// `accept-clock`: a person says that the system's clock is right although it is further ahead than is believed. It counts from the next transaction on.
///
/// Only a leap forward can be accepted: business time never goes back, for what was published on its dates stands.
enum ClockCommand {
    static func entry(of service: String) -> HandlerEntry {
        HandlerEntry(
            name: MessageName(service, "accept-clock"), channel: .commands, input: ClockAcceptance.self,
            decode: { envelope throws(InvalidData) in
                let acceptance = try FieldReader.read(ClockAcceptance.self, from: envelope.data)
                return .init(subject: service, businessKey: nil) { try accept(acceptance, in: $0) }
            },
            isKeptWhenRejected: { _ in false })
    }

    private static let insert = SQL(
        "INSERT INTO acceptedClock (acceptedBy, reason, businessInstant, systemInstant) VALUES (?, ?, ?, ?)")
    /// Milliseconds by which the clock may have moved on since the person looked at it.
    private static let patience: Int64 = 86_400_000

    private static func accept(_ acceptance: ClockAcceptance, in tx: Transaction) throws -> Outcome {
        guard let moment = tx.moment else { return .rejected(Rejection(.wrongState, "there is no clock")) }
        if tx.acceptedClock != nil { return .duplicate }
        let system = moment.system
        switch moment.verdict {
        case .believed: return .rejected(Rejection(.wrongState, "the system's clock is believed: there is nothing to accept"))
        case .given: return .rejected(Rejection(.wrongState, "MART_NOW governs: there is nothing to accept"))
        case .ahead, .unknown, .behind, .storeAhead: break
        }
        guard system > tx.now else {
            return .rejected(
                Rejection(
                    .wrongState,
                    "the system's clock says \(system), which is behind business time, \(tx.now): business time never goes back"))
        }
        if let seen = acceptance.time, abs(system.milliseconds(since: seen)) > patience {
            return .rejected(Rejection(.wrongState, "the system's clock says \(system), and no longer \(seen)", field: "time"))
        }
        try tx.execute(insert, acceptance.by, acceptance.reason, tx.now, system)
        tx.acceptedClock = system
        return .answered(
            JSONWriter.object { json in
                json.member("from", tx.now.description)
                json.member("to", system.description)
            })
    }
}
