import Contracts
import PermitsDomain
import ServiceFramework
import Storage

/// Numbers that were typed wrongly: what stood there before is kept.
extension PermitStore {
    private static let grant = SQL("SELECT number, validFrom, validUntil FROM permit WHERE permitId = ? AND number IS NOT NULL")
    private static let lastCorrection = SQL("SELECT data FROM numberCorrection WHERE permitId = ? ORDER BY position DESC LIMIT 1")
    private static let insertCorrection = SQL(
        """
        INSERT INTO numberCorrection (permitId, previousNumber, number, data, reason, officer, correctedAt) VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    private static let updateNumber = SQL("UPDATE permit SET number = ?, warnings = ? WHERE permitId = ?")

    /// What holds now; nil before the approval.
    func grant(of permit: PermitRecord) throws -> Grant? {
        try tx.first(Self.grant, permit.facts.permitId) { row in
            Grant(
                kind: permit.facts.permitKind, regency: permit.facts.regency ?? "", number: row.text(0), validFrom: row.date(1),
                validUntil: row.dateOrNil(2))
        }
    }

    /// The data of the last correction, in canonical form.
    func lastCorrection(of permitId: String) throws -> [UInt8]? { try tx.first(Self.lastCorrection, permitId) { $0.blob(0) } }

    func correct(_ corrected: PermitNumberCorrected, data: [UInt8]) throws {
        let permitId = corrected.permit.permitId
        try tx.execute(
            Self.insertCorrection, permitId, corrected.previousNumber, corrected.number, data, corrected.reason, corrected.officer, tx.now)
        try tx.execute(Self.updateNumber, corrected.number, Self.list(corrected.warnings), permitId)
    }
}
