import ArgumentParser
import Foundation

/// Why a subcommand gives up: a sentence for a person and an exit code for a script.
struct Failure: Error, CustomStringConvertible {
    /// The exit codes of all commands, besides 0.
    enum Code: Int32, CaseIterable {
        case refused = 1
        case usage = 64
        case unavailable = 69
        case incomplete = 74
        case tryAgain = 75
        case interrupted = 130

        var meaning: String {
            switch self {
            case .refused: "the answer is no: rejected, not found, not ready, or something differs"
            case .usage: "wrong usage, or a file that cannot be used"
            case .unavailable: "the broker or a service cannot be reached, or refuses us"
            case .incomplete: "what was shown or written has a hole, or could not be written whole"
            case .tryAgain: "not in time; the same again is safe"
            case .interrupted: "ended by Ctrl-C before its end"
            }
        }

        /// A line for each, as help and documents show them.
        static var table: String {
            let codes = [("0", "done: accepted, or a duplicate of what was accepted")] + allCases.map { ("\($0.rawValue)", $0.meaning) }
            return codes.map { "  \($0.0 + String(repeating: " ", count: 4 - $0.0.count))\($0.1)" }.joined(separator: "\n")
        }
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
