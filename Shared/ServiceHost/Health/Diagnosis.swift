import Foundation
import GRDB
import Primitives
import RabbitMQ
import ServiceFramework
import Storage
import StrictJSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `/v1/diagnosis`: what a doctor must know of a service and cannot see from outside. Nothing secret.
struct Diagnosis: Sendable {
    static let path = "/v1/diagnosis"

    private let store: ServiceStore
    private let settings: ServiceSettings
    private let connections: Connections
    private let started = Instant.systemNow

    init(_ store: ServiceStore, _ settings: ServiceSettings, _ connections: Connections) {
        self.store = store
        self.settings = settings
        self.connections = connections
    }

    /// Blocks for a few calls to the file system.
    var answer: ReadResponse {
        ReadResponse(
            status: 200,
            body: JSONWriter.object { json in
                json.member("service", store.definition.name)
                json.member("storeId", store.storeId)
                json.member("source", store.source)
                json.member("startedAt", started.description)
                json.member("stoppedUncleanly", store.file.wasStoppedUncleanly)
                json.object("clock") { json in
                    let moment = store.clock.moment
                    json.member("time", moment.system.description)
                    json.member("businessNow", moment.now.description)
                    json.member("martNow", ifPresent: settings.businessStart?.description)
                    json.member("verdict", moment.verdict.rawValue)
                }
                json.object("versions") { json in
                    json.member("sqlite", store.file.settings.sqliteVersion)
                    json.member("librabbitmq", RabbitMQLibrary.version)
                    json.member("openssl", StoreSettings.openSSLVersion)
                }
                json.object("store", write(store:))
                json.object("disk", write(disk:))
                json.object("permissions", write(permissions:))
                json.object("descriptors") { json in
                    json.member("limit", Descriptors.limit)
                    json.member("inUse", ifPresent: Descriptors.inUse.map { Int64($0) })
                }
                json.object("readers") { json in
                    json.member("open", connections.open)
                    json.member("places", connections.places)
                    json.member("closedForRoom", connections.closedForRoom)
                }
                json.object("broker") { json in
                    json.member("hosts", settings.broker.hosts.map { "\($0.name):\($0.port)" })
                    json.member("virtualHost", settings.broker.virtualHost)
                    json.member("user", settings.broker.user)
                    json.member("tls", settings.broker.tls)
                    json.member("repliesToQueues", settings.repliesToQueues)
                }
            })
    }

    private func write(store json: inout JSONWriter) {
        json.member("folder", settings.dataFolder)
        json.member("journalMode", store.file.settings.journalMode)
        json.member("synchronous", store.file.settings.synchronous)
        json.member("foreignKeys", store.file.settings.foreignKeys)
        json.member("pageSize", store.file.settings.pageSize)
        json.member("bytes", ifPresent: ProcessUsage.size(of: store.pool.path).map { Int64($0) })
        json.member("walBytes", ifPresent: ProcessUsage.size(of: store.pool.path + "-wal").map { Int64($0) })
    }

    private func write(disk json: inout JSONWriter) {
        var disk = statvfs()
        guard statvfs(settings.dataFolder, &disk) == 0 else { return }
        json.member("freeBytes", Int64(clamping: UInt64(disk.f_bavail) * UInt64(disk.f_frsize)))
        json.member("totalBytes", Int64(clamping: UInt64(disk.f_blocks) * UInt64(disk.f_frsize)))
    }

    private func write(permissions json: inout JSONWriter) {
        json.member("user", Int64(geteuid()))
        json.member("folderMode", ifPresent: Self.mode(of: settings.dataFolder))
        json.member("storeMode", ifPresent: Self.mode(of: store.pool.path))
        json.member("backupFolder", settings.backupFolder)
        json.member("openBackups", openBackups)
    }

    /// Names of backups that anybody on the machine can read.
    private var openBackups: [String] {
        let folder = settings.backupFolder
        func isOpen(_ path: String, _ bit: mode_t) -> Bool {
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & bit != 0
        }
        // What lies in a closed folder is closed.
        let closed = [folder] + (folder.hasPrefix(settings.dataFolder + "/") ? [settings.dataFolder] : [])
        guard closed.allSatisfy({ isOpen($0, 0o001) }) else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("\(store.definition.name)-") && isOpen("\(folder)/\($0)", 0o004) }.sorted()
    }

    /// As `chmod` writes it, e.g. `750`.
    private static func mode(of path: String) -> String? {
        var status = stat()
        return stat(path, &status) == 0 ? String(status.st_mode & 0o777, radix: 8) : nil
    }
}
