import Contracts
import Messaging
import PermitsDomain
import ServiceFramework

/// The number of a permit in force was typed wrongly. Its days, its state and who granted it stay as they are.
struct CorrectPermitNumberHandler: Handler {
    func handle(_ command: CorrectPermitNumber, in tx: Transaction) throws -> Outcome {
        let permits = PermitStore(tx)
        guard let permit = try permits.find(command.permitId) else { return .unknownPermit(command.permitId) }
        let data = FieldWriter.bytes(of: command)
        let grant = try permits.grant(of: permit)
        let isRepeated = try permits.lastCorrection(of: command.permitId) == data
        let numberWarnings: [String]
        switch permit.life.verdict(
            onNumber: command.number, kind: permit.facts.permitKind, of: grant, isRepeated: isRepeated, today: tx.today)
        {
        case .duplicate: return .duplicate
        case .imported(let letters): return .importedNumber(letters)
        case .wrongState(let state):
            return .rejected(
                Rejection(
                    .wrongState, "the permit \(command.permitId) is \(state.rawValue): only one that is granted and not over has a number"))
        case .unchanged: return .rejected(Rejection(.wrongState, "\(command.number) is the number already", field: "number"))
        case .corrected(let warnings): numberWarnings = warnings
        }
        let corrected = PermitNumberCorrected.with {
            $0.permit = permit.facts
            $0.number = command.number
            $0.previousNumber = grant?.number
            $0.reason = command.reason
            $0.officer = command.officer
            $0.warnings = numberWarnings
        }
        try permits.correct(corrected, data: data)
        try tx.publish(corrected)
        return .done
    }
}
