import Foundation
import Logging

/// Exit codes of section 11 of the contract.
enum ExitCode: Int32, Sendable {
    case drained = 0
    case unexpected = 1
    /// Refused for good: credentials, topology conflict, store corrupt, newer or in use, a second instance, a port that is taken.
    case unavailable = 69
    /// The outbox was not empty after the time for draining; it goes out at the next start.
    case undrained = 75
    case configuration = 78
}

enum FatalExit {
    /// Ends the process at once. Safe at any point: what is not committed and acknowledged comes again.
    static func now(_ code: ExitCode, _ message: String, _ logger: Logger? = nil) -> Never {
        if let logger {
            logger.critical("\(message)", metadata: ["exit.code": "\(code.rawValue)"])
        } else {
            StandardError.line(message)
        }
        // Not `exit`: what libraries do at the end of a process must not meet threads that still use them.
        _exit(code.rawValue)
    }
}
