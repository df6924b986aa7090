import ArgumentParser
import Testing

@testable import MartctlKit

/// The help is a screen that a tired operator reads on 80 columns.
struct HelpTests {
    @Test func `every command's help fits into 80 columns`() {
        for command in Self.all {
            let name = command._commandName
            for line in Martctl.helpMessage(for: command, columns: 80).split(separator: "\n") {
                #expect(line.count <= 80, "\(name): \(line)")
            }
        }
    }

    @Test func `every command teaches by an example`() {
        for command in Self.all where command.configuration.subcommands.isEmpty {
            #expect(command.configuration.discussion.contains("martctl \(Self.path(of: command))"), "\(command._commandName)")
        }
    }

    /// A long line is broken wherever it is 80 columns wide: what follows must not be a line that was broken by hand.
    @Test func `discussions are paragraphs, and examples short enough to stay as they are`() {
        for command in Self.all {
            let lines = command.configuration.discussion.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where line.count > 80 {
                #expect(!line.hasPrefix(" "), "\(command._commandName): \(line)")
                let next = index + 1 < lines.count ? lines[index + 1] : ""
                #expect(next.isEmpty || next.hasPrefix(" "), "\(command._commandName): \(line)")
            }
        }
    }

    @Test(arguments: CompletionShell.allCases.map(\.rawValue))
    func `completions know every command`(shell: String) throws {
        let script = Martctl.completionScript(for: try #require(CompletionShell(rawValue: shell)))
        for command in Martctl.configuration.subcommands { #expect(script.contains(command._commandName), "\(shell)") }
        #expect(script.contains("consignment.record-sale"))
    }

    static let all: [any ParsableCommand.Type] = below(Martctl.self)

    private static func below(_ command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap(below)
    }

    private static func path(of command: any ParsableCommand.Type) -> String {
        let parent = all.first { $0.configuration.subcommands.contains { $0 == command } }
        return parent.flatMap { $0 == Martctl.self ? nil : "\($0._commandName) \(command._commandName)" } ?? command._commandName
    }
}
