import Foundation

/// One line on standard error that says where a long command stands; shown on a terminal only, and never wider than it may be.
final class StatusLine {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var lastShown: ContinuousClock.Instant?

    func show(_ text: @autoclosure () -> String) {
        // More often than a person can see would only cost.
        guard isShown, lastShown.map({ .now - $0 > .milliseconds(100) }) ?? true else { return }
        lastShown = .now
        Terminal.progress(text(), on: STDERR_FILENO)
    }

    func clear() { if isShown { Terminal.progress("", on: STDERR_FILENO) } }
}
