import CatalogService
import ConsignmentService
import Contracts
import Foundation
import PermitsService
import SettlementService
import Store

/// What is known of the services whose backups are checked: their schemas and rules.
enum KnownServices {
    static func definitions() throws -> [ServiceDefinition] {
        [
            try CatalogService.definition(), try PermitsService.definition(), try ConsignmentService.definition(),
            try SettlementService.definition(),
        ]
    }

    static func inspect(_ file: String) throws -> BackupInspection {
        let place = BackupPlace(path: file)
        guard FileManager.default.fileExists(atPath: place.store) || FileManager.default.fileExists(atPath: place.manifest) else {
            throw Failure(.usage, "there is no backup \(file)")
        }
        return BackupInspection(place, try definitions())
    }
}
