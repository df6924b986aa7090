import Foundation

/// One line on standard error that says where a long command stands; shown on a terminal only, and never wider than it may be.
final class StatusLine {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var lastShown: ContinuousClock.Instant?

    func show(_ text: @autoclosure () -> String) {
        // More often than a person can see would only cost.
        guard isShown, lastShown.map({ .now - $0 > .milliseconds(100) }) ?? true else { return }
        lastShown = .now
        let text = text()
        write("\r\u{1B}[K" + (text.count > Table.width - 1 ? text.prefix(Table.width - 2) + "…" : text))
    }

    func clear() { if isShown { write("\r\u{1B}[K") } }

    private func write(_ text: some StringProtocol) { FileHandle.standardError.write(Data(text.utf8)) }
}
