import ArgumentParser
import Foundation

/// Why a subcommand gives up: a sentence for a person and an exit code for a script.
struct Failure: Error, CustomStringConvertible {
    enum Code: Int32 {
        /// The services said no, or a figure differs.
        case refused = 1
        case usage = 64
        case unavailable = 69
        /// No answer in time.
        case tryAgain = 75
    }

    let code: Code
    let message: String
    var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Runs a subcommand's body; a failure of it becomes a line on standard error and its exit code.
    static func reported(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let failure as Failure {
            Terminal.complain("martctl: \(failure.message)")
            throw ExitCode(failure.code.rawValue)
        }
    }
}

/// The terminal's two ways out.
enum Terminal {
    static let isInteractive = isatty(STDOUT_FILENO) == 1

    static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// For text that must appear at once: standard output is buffered when it is no terminal.
    static func show(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }
}
