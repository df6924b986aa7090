import Dispatch
import Foundation
import Logging
import ServiceFramework
import ServiceLifecycle
import Storage
import Synchronization

/// Takes the backups that are asked for, one after the other, on a thread of its own: the writer goes on meanwhile. Between them it notes now and
/// then how far the store has come.
final class BackupKeeper: Service {
    private let store: ServiceStore
    private let folder: String
    private let logger: Logger
    private let signal = DispatchSemaphore(value: 0)
    private let requests = Atomic(0)
    private let noteFailed = Atomic(false)

    init(store: ServiceStore, folder: String, logger: Logger) {
        self.store = store
        self.folder = folder
        self.logger = logger
    }

    /// Begins with what a process before this one left undone. Its thread ends with the process: a backup that is cut off has no name yet, and is
    /// taken anew at the next start.
    func run() async throws {
        let thread = Thread { [self] in loop() }
        thread.name = "backups"
        thread.stackSize = 1 << 20
        thread.start()
        signal.signal()
        try? await gracefulShutdown()
    }

    /// What was asked for is committed.
    func committed(_ committed: BatchProcessor.Committed) {
        if requests.exchange(committed.backupRequests, ordering: .relaxed) != committed.backupRequests { signal.signal() }
    }

    private func loop() {
        var pause = Self.shortestPause
        var isFailing = false
        while true {
            _ = signal.wait(timeout: .now() + (isFailing ? pause : Self.noteEvery))
            noteLife()
            do {
                while let wanted = try store.file.wantedBackup() { report(try store.file.take(wanted, into: folder), wanted) }
                (isFailing, pause) = (false, Self.shortestPause)
            } catch {
                logger.error("a backup cannot be begun or written down, trying again", metadata: ["error": "\(error)"])
                isFailing = true
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// A note that cannot be written is only missed when the store is.
    private func noteLife() {
        do {
            try store.file.noteLife()
            noteFailed.store(false, ordering: .relaxed)
        } catch {
            if noteFailed.exchange(true, ordering: .relaxed) { return }
            logger.warning("how far the store has come cannot be noted, trying again", metadata: ["error": "\(error)"])
        }
    }

    private static let noteEvery = 10.0
    private static let shortestPause = 1.0
    private static let longestPause = 60.0

    private func report(_ result: Result<BackupManifest, BackupFault>, _ wanted: WantedBackup) {
        switch result {
        case .success(let manifest):
            logger.info(
                "backup taken",
                metadata: [
                    "backup.name": "\(manifest.name)", "backup.folder": "\(folder)", "backup.size": "\(manifest.size)",
                    "backup.sha256": "\(manifest.sha256)", "outbox.sequence": "\(manifest.lastSequence)",
                ])
        case .failure(let fault): logger.error("backup failed", metadata: ["backup.name": "\(wanted.name)", "error": "\(fault)"])
        }
    }
}
