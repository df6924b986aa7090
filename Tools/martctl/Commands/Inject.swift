import ArgumentParser
import Foundation
import Primitives
import StrictJSON
import Synchronization

struct Inject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends a file or stream of messages, commands and events.",
        usage: "martctl inject [<file.ndjson>] [options]",
        discussion: """
            A message per line, in one of three forms:
              {"specversion":"1.0","id":…,"source":…,"type":…,"data":{…}}
                 an envelope: sent byte by byte, to where its type belongs
              {"routingKey":"catalog.open-mart","data":{…}}
                 an envelope is made; id, source, subject, regency,
                 correlationid, traceparent and sequence go into it
              {"exchange":"mart.events","routingKey":"…","body":"…"}
                 the body goes out as it is: for what no careful sender says

            Every message is confirmed by the broker; a lost one is sent again under its id, which has no second effect. Commands are \
            answered, and the replies are counted.

              martctl inject sales.ndjson
              martctl inject sales.ndjson --rate 50 --replies replies.ndjson
              martctl inject --check sales.ndjson      only looks at the lines
              ./my-harness | martctl inject -
              martctl inject recorded.ndjson --no-replies

            Exit code 0 when every line was a message, every message reached a queue, and no command was rejected; 1 when not; 75 when \
            replies are missing; 130 after Ctrl-C, with the summary of what was sent.
            """)

    @Argument(help: ArgumentHelp("The messages; - is standard input.", valueName: "file.ndjson"), completion: .file())
    var file = "-"

    @Option(help: ArgumentHelp("So many a second. (default: as fast as they are confirmed)", valueName: "n"))
    var rate: Double?

    @Option(help: ArgumentHelp("Write each reply there, with the number of its line.", valueName: "file.ndjson"), completion: .file())
    var replies: String?

    @Flag(help: "Ask for no replies; a rejection is then an event of its service.")
    var noReplies = false

    @Flag(help: "Only look at the lines; nothing is sent.")
    var check = false

    @Option(help: ArgumentHelp("How many seconds to wait without anything coming back.", valueName: "seconds"))
    var timeout: Double = 20

    @Flag(help: "Print the summary as JSON.")
    var json = false

    @OptionGroup var broker: BrokerOptions

    func validate() throws {
        if let rate, rate <= 0 { throw ValidationError("--rate must be more than 0.") }
        guard timeout > 0 else { throw ValidationError("--timeout must be more than 0 seconds.") }
        if noReplies, replies != nil { throw ValidationError("--replies and --no-replies do not go together.") }
    }

    func run() async throws {
        try await Failure.reported {
            var source = try LineSource(file)
            if check { return try await look(&source) }
            let record = try replies.map(ReplyFile.init)
            let injector = Injector(try broker.configuration(), patience: .seconds(timeout)) { line, answer in record?.add(line, answer) }
            let isInterrupted = Atomic(false)
            let interrupt = Interrupt { isInterrupted.store(true, ordering: .relaxed) }
            let start = ContinuousClock.now
            let outcome: Result<Void, any Error>
            do {
                try await injector.connect(within: broker.patience)
                outcome = .success(try await send(&source, injector) { isInterrupted.load(ordering: .relaxed) })
            } catch {
                outcome = .failure(error)
            }
            await injector.close()
            interrupt.end()
            let report = InjectReport(figures: injector.figures, elapsed: .now - start)
            if report.figures.lines > 0 {
                show(report)
                try record?.finish()
            } else {
                record?.discard()
            }
            try outcome.get()
            if report.figures.lines == 0, !isInterrupted.load(ordering: .relaxed) { throw source.emptiness }
            if isInterrupted.load(ordering: .relaxed) { throw ExitCode(Failure.Code.interrupted.rawValue) }
            if !report.figures.isClean { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }

    private func show(_ report: InjectReport) { Terminal.show(json ? JSONLine.text(report.write) : report.text) }

    private func send(_ source: inout LineSource, _ injector: Injector, isInterrupted: () -> Bool) async throws {
        let start = ContinuousClock.now
        var pace = rate.map { Pace(perSecond: $0, from: start) }
        var ids = UUIDv7Generator()
        let line = StatusLine()
        defer { line.clear() }
        while !isInterrupted(), let batch = try await source.next() {
            for bytes in batch {
                if isInterrupted() { break }
                if let moment = pace?.next() { try await Task.sleep(until: moment) }
                switch Self.parse(bytes, { ids.next() }) {
                case .success(let message): try await injector.send(message, expectsReply: message.isCommand && !noReplies)
                case .failure(let fault): injector.addBad(fault.description)
                }
                line.show(Self.progress(injector.figures, source))
            }
        }
        try await injector.finish { line.show(Self.progress($0, source)) }
    }

    private static func parse(_ bytes: [UInt8], _ id: () -> String) -> Result<InjectLine, InjectLine.Fault> {
        Result { () throws(InjectLine.Fault) in try InjectLine(bytes, id: id) }
    }

    private static func progress(_ figures: InjectFigures, _ source: LineSource) -> String {
        let bar = source.size.map { ProgressBar.text(Double(source.bytesRead) / Double(max(1, $0))) + "  " } ?? ""
        return bar + "\(figures.confirmed) sent, \(figures.answered) answered, \(figures.rejected) no, "
            + "\(figures.bad + figures.unroutable) bad"
    }

    /// What the lines would be.
    private func look(_ source: inout LineSource) async throws {
        var ledger = InjectLedger()
        var kinds: [String: Int] = [:]
        while let batch = try await source.next() {
            for bytes in batch {
                switch Self.parse(bytes, { "" }) {
                case .success(let message):
                    _ = ledger.add(message.message, expectsReply: false)
                    kinds[message.isCommand ? "commands" : "others", default: 0] += 1
                case .failure(let fault): ledger.addBad(fault.description)
                }
            }
        }
        if ledger.figures.lines == 0 { throw source.emptiness }
        var table = Table([.left, .right])
        table.row("lines", "\(ledger.figures.lines)")
        for (kind, count) in kinds.sorted(by: { $0.key < $1.key }) { table.row(kind, "\(count)") }
        table.row("no messages", "\(ledger.figures.bad)")
        Terminal.show(table.text + "\n")
        for trouble in ledger.figures.troubles {
            Terminal.show(Paragraph.text("✗ line \(trouble.line): \(trouble.what)", indent: 2) + "\n")
        }
        if ledger.figures.bad > 0 { throw ExitCode(Failure.Code.refused.rawValue) }
    }
}

/// Replies as they come, a line each.
private final class ReplyFile: Sendable {
    private let file: OutputFile
    private let fault = Mutex<(any Error)?>(nil)

    init(_ path: String) throws { file = try OutputFile(path) }

    /// - Throws: also what went wrong while replies came.
    func finish() throws {
        try file.finish()
        if let fault = fault.withLock({ $0 }) { throw fault }
    }

    func discard() { file.discard() }

    func add(_ line: Int, _ answer: Answer) {
        let text = JSONLine.text { json in
            json.object { json in
                json.member("line", line)
                json.member("status", answer.status)
                json.member("code", answer.code)
                json.member("subject", answer.subject)
                json.key("reply")
                json.raw(answer.body)
            }
        }
        do {
            try file.write(Printable.text(text).utf8)
        } catch {
            fault.withLock { $0 = error }
        }
    }
}
