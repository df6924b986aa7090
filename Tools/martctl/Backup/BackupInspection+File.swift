import Foundation
import Platform
import ServiceFramework
import Storage

extension BackupInspection {
    /// Of a backup's file, against the services as they are known here.
    static func of(_ file: String) throws -> BackupInspection {
        let place = BackupPlace(path: file)
        guard FileManager.default.fileExists(atPath: place.store) || FileManager.default.fileExists(atPath: place.manifest) else {
            throw Failure(.usage, "there is no backup \(file)")
        }
        return BackupInspection(place, Platform.services.map(\.storeSchema))
    }
}
