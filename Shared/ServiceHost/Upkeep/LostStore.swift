import Foundation
import Logging
import ServiceFramework
import Storage

/// The end of a process whose store's files were moved, replaced or removed: it says "done" to nothing more, saves what it still has open, and
/// goes.
enum LostStore {
    private static let pause = 2.0

    /// Stays only as long as this process alone has what was committed and no disk takes it.
    /// - Parameter isStopping: whether somebody ends the process meanwhile.
    static func leave(
        _ store: ServiceStore, _ change: StoreChanged, _ health: Health, _ logger: Logger, isStopping: () -> Bool
    ) -> Never {
        health.set(.storeFailing, "\(change)")
        logger.critical("\(change); nothing more is acknowledged, what is still open is copied")
        while true {
            do {
                let rescue = try store.file.rescue()
                let copy = rescue.damage.map { "\(rescue.path), which is not whole: \($0)" } ?? "\(rescue.path), which is whole"
                FatalExit.now(
                    .unavailable, "\(change). All that was acknowledged is in \(copy). Put it, or the store itself, back in its place",
                    logger)
            } catch {
                let fault = "what is still open cannot be copied: \(error)"
                if store.file.isFoundWithoutProcess || isStopping() { FatalExit.now(.unavailable, "\(change); \(fault)", logger) }
                health.set(.storeFailing, "\(change); \(fault)")
                logger.critical("\(fault). This process alone has it: make room, and do not end it", metadata: [LogKey.retryIn: "\(pause)"])
            }
            Thread.sleep(forTimeInterval: pause)
            health.turned()
        }
    }
}
