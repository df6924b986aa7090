import ArgumentParser
import StrictJSON

struct ParkedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parked",
        abstract: "Messages that nobody could act on: look, try again, give up.",
        usage: "martctl parked list|show|replay|discard [options]",
        discussion: """
            A message is parked when it cannot be handled at all; a business "no" never is. Nothing is lost: a person looks, has the \
            cause mended, and lets it be tried again, or gives it up with a reason that stays in the books.
            """,
        subcommands: [ParkedList.self, ParkedShow.self, ParkedReplay.self, ParkedDiscard.self], defaultSubcommand: ParkedList.self)
}

struct ParkedList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What is parked, and why.", usage: "martctl parked list [options]",
        discussion: """
              martctl parked list
              martctl parked list --service settlement --parked-for conflict
              martctl parked list --type catalog.product-listed --json
            """)

    @OptionGroup var filter: ParkedFilterOptions

    @Flag(help: "Print JSON, a message per line.")
    var json = false

    @OptionGroup var sides: ReadSideOptions

    func run() async throws {
        try await Failure.reported {
            let messages = try await ParkedMessage.all(filter.sides(try sides.sides()), filter)
            Terminal.show(json ? messages.map { JSONLine.text($0.write) }.joined() : ParkedScreen.list(messages))
        }
    }
}

struct ParkedShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One parked message with its body.", usage: "martctl parked show <id> [options]",
        discussion: """
              martctl parked show 0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11
              martctl parked show 0198c7d2-… --json | jq -r .message.body

            Phone and account numbers in the body are masked unless the service gets its read token. Exit code 1 when nothing is parked under that id.
            """)

    @Argument(help: "Its id, as `parked list` shows it.")
    var id: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var token: ReadTokenOptions
    @OptionGroup var sides: ReadSideOptions

    func run() async throws {
        try await Failure.reported {
            let message = try await ParkedMessage.find(id, try sides.sides(token: try token.token()).all)
            Terminal.show(json ? JSONLine.text(message.write) : ParkedScreen.one(message))
        }
    }
}

struct ParkedReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Lets parked messages be handled again.", usage: "martctl parked replay [<id> …] [options]",
        discussion: """
            Without --yes it only shows what would be tried again. Each is judged afresh, also a report of the past that was refused; what \
            still cannot be handled is parked again under the same id.

              martctl parked replay --service catalog --parked-for poison
              martctl parked replay --service catalog --parked-for poison --yes \\
                --why 'the rules file was mended'
              martctl parked replay 0198c7d2-… --yes --why 'mended by hand'

            Exit code 1 when something is parked again, or refused.
            """)

    @OptionGroup var decision: ParkedDecision

    func run() async throws { try await Failure.reported { try await decision.run("replay-parked") } }
}

struct ParkedDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Gives parked messages up, with a reason.", usage: "martctl parked discard [<id> …] [options]",
        discussion: """
            Without --yes it only shows what would be given up. Rows and bodies stay in the store, with who gave them up and why.

              martctl parked discard 0198c7d2-…
              martctl parked discard 0198c7d2-… --yes --why 'a test of the harness'
              martctl parked discard --service permits --parked-for malformed --yes \\
                --why 'noise'
            """)

    @OptionGroup var decision: ParkedDecision

    func run() async throws { try await Failure.reported { try await decision.run("discard-parked") } }
}
