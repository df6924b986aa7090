import Contracts

/// A command of the demo, and the answer it is meant to get.
struct Asked: Sendable {
    let request: Request
    /// `ok`, or the code of the refusal that is meant to come.
    private(set) var expected = "ok"
    /// Why the refusal is right, for the report.
    private(set) var why = ""

    init(_ command: some Contracts.Command) { request = Request(command) }

    func refused(_ code: String, _ why: String) -> Asked {
        var asked = self
        asked.expected = code
        asked.why = why
        return asked
    }
}
