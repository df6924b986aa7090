import Audit
import StrictJSON

/// What became of a file of messages.
struct InjectReport {
    let figures: InjectFigures
    let elapsed: Duration

    var text: String {
        var parts = [counts]
        if !figures.verdicts.isEmpty { parts.append(replies) }
        if !figures.troubles.isEmpty { parts.append(troubles) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var counts: String {
        var table = Table([.left, .right])
        table.row("lines", grouped(figures.lines))
        table.row("sent and confirmed", grouped(figures.confirmed))
        if figures.bad > 0 { table.row("✗ no messages", grouped(figures.bad)) }
        if figures.unroutable > 0 { table.row("✗ unroutable", grouped(figures.unroutable)) }
        let unconfirmed = figures.sent - figures.confirmed - figures.unroutable
        if unconfirmed > 0 { table.row("✗ not confirmed", grouped(unconfirmed)) }
        if figures.unanswered > 0 { table.row("✗ without a reply", grouped(figures.unanswered)) }
        let rate = Int64(Double(figures.confirmed) / max(0.001, elapsed / .seconds(1)))
        return table.text + "\n  in \(elapsed.inWords), \(Text.grouped(rate)) a second"
    }

    private var replies: String {
        var table = Table([.left, .left, .right, .left], header: ["reply", "code", "times", "first"])
        for (verdict, replies) in figures.verdicts.sorted(by: { $0.key < $1.key }) {
            let said = verdict.status == "rejected" ? "line \(replies.firstLine): \(replies.firstMessage)" : "line \(replies.firstLine)"
            table.row((verdict.status == "rejected" ? "✗ " : "✓ ") + verdict.status, verdict.code, grouped(replies.count), said)
        }
        return table.text
    }

    private var troubles: String {
        figures.troubles.map { Paragraph.text("✗ line \($0.line): \($0.what)", indent: 2) }.joined(separator: "\n")
            + (figures.bad + figures.unroutable > figures.troubles.count ? "\n  …" : "")
    }

    private func grouped(_ number: Int) -> String { Text.grouped(Int64(number)) }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("lines", figures.lines)
            json.member("sent", figures.sent)
            json.member("confirmed", figures.confirmed)
            json.member("bad", figures.bad)
            json.member("unroutable", figures.unroutable)
            json.member("answered", figures.answered)
            json.member("unanswered", figures.unanswered)
            json.array("replies", figures.verdicts.sorted { $0.key < $1.key }) { json, entry in
                json.object { json in
                    json.member("status", entry.key.status)
                    json.member("code", entry.key.code)
                    json.member("count", entry.value.count)
                    json.member("firstLine", entry.value.firstLine)
                    json.member("firstMessage", entry.value.firstMessage)
                }
            }
            json.array("troubles", figures.troubles) { json, trouble in
                json.object { json in
                    json.member("line", trouble.line)
                    json.member("what", trouble.what)
                }
            }
            json.member("milliseconds", Int64(elapsed / .milliseconds(1)))
        }
    }
}

/// `[████████░░░░░░░░]  52 %`
enum ProgressBar {
    private static let width = 24

    static func text(_ fraction: Double) -> String {
        let fraction = min(1, max(0, fraction))
        let filled = Int(fraction * Double(width))
        let percent = "\(Int(fraction * 100))"
        return "[" + String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled) + "] "
            + String(repeating: " ", count: 3 - percent.count) + percent + " %"
    }
}
