import RabbitMQ
import Testing

@testable import MartctlKit

/// The figures of `inject`, whatever the broker and the services do.
struct InjectLedgerTests {
    private var ledger = InjectLedger()
    private let message = OutgoingMessage(exchange: "mart.commands", routingKey: "catalog.open-mart", body: [])

    private func answer(_ status: String = "accepted", _ code: String = "ok") throws -> Answer {
        try #require(Answer(Array(#"{"data":{"status":"\#(status)","code":"\#(code)","message":"said","subject":"s"}}"#.utf8)))
    }

    @Test mutating func `a command is done when it is confirmed and answered, in either order`() throws {
        let (first, second) = (ledger.add(message, expectsReply: true), ledger.add(message, expectsReply: true))
        ledger.settled([.init(token: first, outcome: .confirmed)])
        #expect(ledger.figures.open == 2)
        #expect(ledger.replied(first, try answer()) == 1)
        #expect(ledger.replied(second, try answer()) == 2)
        #expect(ledger.figures.open == 1)
        ledger.settled([.init(token: second, outcome: .confirmed)])
        #expect(ledger.figures.open == 0 && ledger.figures.unanswered == 0 && ledger.figures.isClean)
    }

    @Test mutating func `an event is done when it is confirmed`() {
        let token = ledger.add(message, expectsReply: false)
        ledger.settled([.init(token: token, outcome: .confirmed)])
        #expect(ledger.figures.open == 0 && ledger.figures.isClean)
    }

    @Test mutating func `a lost message is sent again and counted once`() {
        let token = ledger.add(message, expectsReply: false)
        ledger.settled([.init(token: token, outcome: .lost), .init(token: token, outcome: .nacked)])
        #expect(ledger.takeLost() == [token, token] && ledger.takeLost().isEmpty)
        #expect(ledger.letter(token) != nil)
        ledger.settled([.init(token: token, outcome: .confirmed)])
        #expect(ledger.letter(token) == nil && ledger.figures.confirmed == 1)
        let command = ledger.add(message, expectsReply: true)
        ledger.settled([.init(token: command, outcome: .confirmed), .init(token: command, outcome: .confirmed)])
        #expect(ledger.figures.confirmed == 2)
    }

    @Test mutating func `unroutable, unsendable and unreadable lines are told with their number`() {
        ledger.addBad("no JSON")
        let (lost, wide) = (ledger.add(message, expectsReply: true), ledger.add(message, expectsReply: true))
        ledger.settled([.init(token: lost, outcome: .returned(replyCode: 312, text: "NO_ROUTE"))])
        ledger.settled([.init(token: wide, outcome: .invalid(reason: "too long"))])
        #expect(ledger.figures.bad == 2 && ledger.figures.unroutable == 1 && ledger.figures.open == 0 && ledger.figures.unanswered == 0)
        #expect(ledger.figures.troubles.map(\.line) == [1, 2, 3])
        #expect(ledger.figures.troubles[1].what.contains("catalog.open-mart"))
        #expect(!ledger.figures.isClean)
    }

    @Test mutating func `replies are counted by status and code, once for each line`() throws {
        let tokens = (1...3).map { _ in ledger.add(message, expectsReply: true) }
        _ = ledger.replied(tokens[0], try answer())
        _ = ledger.replied(tokens[1], try answer("rejected", "out-of-stock"))
        _ = ledger.replied(tokens[2], try answer("rejected", "out-of-stock"))
        #expect(ledger.replied(tokens[2], try answer("rejected", "out-of-stock")) == nil)
        #expect(ledger.replied(99, try answer()) == nil)
        let refused = try #require(ledger.figures.verdicts[.init(status: "rejected", code: "out-of-stock")])
        #expect(refused.count == 2 && refused.firstLine == 2 && refused.firstMessage == "said")
        #expect(ledger.figures.rejected == 2 && !ledger.figures.isClean)
    }

    @Test mutating func `the report is a screen of 80 columns`() throws {
        for number in 1...3 {
            ledger.addBad("the text " + String(repeating: "is long ", count: 20))
            let token = ledger.add(message, expectsReply: true)
            ledger.settled([.init(token: token, outcome: .confirmed)])
            _ = ledger.replied(token, try answer(number == 1 ? "accepted" : "rejected", number == 1 ? "ok" : "product-not-listed"))
        }
        let text = InjectReport(figures: ledger.figures, elapsed: .seconds(2)).text
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        for word in ["✓ accepted", "✗ rejected", "product-not-listed", "line 4: said", "✗ line 1:"] {
            #expect(text.contains(word), "\(text)")
        }
    }

    @Test func `a rate spreads messages evenly and makes up for a delay`() {
        let start = ContinuousClock.now
        var pace = Pace(perSecond: 10, from: start)
        #expect((0..<3).map { _ in pace.next() - start } == [.zero, .milliseconds(100), .milliseconds(200)])
    }

    @Test(arguments: [(0.0, "░", "0 %"), (0.5, "█", "50 %"), (1.0, "█", "100 %"), (7.0, "█", "100 %")])
    func `the bar says how far it is`(fraction: Double, first: Character, percent: String) {
        let bar = ProgressBar.text(fraction)
        #expect(bar.dropFirst().first == first && bar.hasSuffix(percent) && bar.count == ProgressBar.text(0).count)
    }
}
