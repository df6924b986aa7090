import Logging
import UnixSignals

/// Whoever tells a stopping service to stop once more means at once.
enum SecondSignal {
    /// From now on SIGTERM, SIGINT and SIGQUIT end the process. Safe at any point, as every death is: what is not committed and acknowledged comes
    /// again, and what is not sent goes out at the next start, which exit code 75 says.
    static func endsProcess(_ logger: Logger) {
        Task {
            for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sigquit) {
                FatalExit.now(.undrained, "told once more to stop (\(signal)): stopping at once", logger)
            }
        }
    }
}
