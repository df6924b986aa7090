import Logging
import UnixSignals

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Signals that end a program unless it says otherwise, and that nobody sends to end this one: a terminal that is closed, a pipe whose
/// reader has gone, a limit of file sizes (the write fails then), an operator's habit from another program. None of them ends a service
/// before it is drained.
enum StraySignals {
    /// Before anything else is begun.
    static func ignore() {
        for number in [SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGXFSZ] { signal(number, SIG_IGN) }
    }

    /// Whoever sends one may expect something of it, so the log says what came of it. SIGHUP is the place for reading files again.
    static func tell(_ logger: Logger) {
        Task {
            for await signal in await UnixSignalsSequence(trapping: .sighup, .sigusr1, .sigusr2) {
                logger.notice("\(signal) changes nothing; SIGTERM stops the service, drained")
            }
        }
    }
}
