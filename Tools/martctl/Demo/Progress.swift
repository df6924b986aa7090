/// One line per phase: updated in place on a terminal, written once elsewhere.
final class Progress {
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var phaseStart = ContinuousClock.now
    private var lastShown = ContinuousClock.now
    private var title = ""

    /// - Parameter isShown: false where a program reads the output.
    init(isShown: Bool) { self.isShown = isShown }

    func begin(_ title: String) {
        self.title = title
        phaseStart = .now
        lastShown = phaseStart
        if isShown, Terminal.isInteractive { Terminal.progress("  … \(title)") }
    }

    func update(_ text: @autoclosure () -> String) {
        // More often than a person can see would only cost.
        guard isShown, Terminal.isInteractive, ContinuousClock.now - lastShown > .milliseconds(100) else { return }
        lastShown = .now
        Terminal.progress("  … \(title)  \(text())")
    }

    func end(_ text: String) {
        guard isShown else { return }
        let time = (ContinuousClock.now - phaseStart).inWords
        if Terminal.isInteractive { Terminal.progress("") }
        Terminal.show("  ✓ \(title)  \(text)  (\(time))\n")
    }

    var elapsed: String { (ContinuousClock.now - start).inWords }
}
