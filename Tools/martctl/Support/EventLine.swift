import Primitives
import RabbitMQ
import StrictJSON

/// An event in one line for a person: time (WITA), name, regency, subject, and what matters of it.
enum EventLine {
    /// For a program: the event's body on a line. What is no JSON becomes the form in which `inject` takes it.
    static func json(_ delivery: Delivery) -> String {
        if (try? JSONDocument(parsing: delivery.body)) != nil { return JSONLine.text(delivery.body) }
        return JSONLine.text { json in
            json.object { json in
                json.member("exchange", delivery.exchange)
                json.member("routingKey", delivery.routingKey)
                json.member("body", String(decoding: delivery.body, as: UTF8.self))
            }
        }
    }

    static func text(_ delivery: Delivery) -> String { Printable.line(line(delivery)) + "\n" }

    private static func line(_ delivery: Delivery) -> String {
        guard let event = try? JSONDocument(parsing: delivery.body).root, let type = event["type"]?.string else {
            return "? \(delivery.routingKey): no event, \(delivery.bodySize) bytes"
        }
        let time = event["time"]?.string.flatMap(Instant.init)?.witaTime ?? "--:--:--"
        let (name, regency) = (pad(MessageLabel.text(type), 30), pad(event["regency"]?.string ?? "", 5))
        return "\(time)  \(name)  \(regency)  \(event["subject"]?.string ?? "-")  \(event["data"].map(facts) ?? "")"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - Printable.width(text)))
    }

    private static let texts: [StaticString] = [
        "name", "permitKind", "number", "state", "reason", "code", "message", "sellerId", "liability", "tender", "listedUntil",
        "effectiveOn",
    ]

    private static func facts(_ data: JSONValue) -> String {
        var facts: [String] = texts.compactMap { data[$0]?.string }
        if let lines = data["lines"]?.elements, !lines.isEmpty { facts.append(lines.count == 1 ? "1 line" : "\(lines.count) lines") }
        if let quantity = data["quantity"]?.int64 { facts.append("\(quantity) pcs") }
        if let total = data["total"]?.int64 ?? data["price"]?.int64 { facts.append("\(Rupiah(total))") }
        if let totals = data["totals"], let net = totals["net"]?.int64, let share = totals["sellerShare"]?.int64 {
            facts.append("\(Rupiah(net)), to sellers \(Rupiah(share))")
        }
        facts += (data["missingPermits"]?.elements ?? []).compactMap(\.string).map { "missing \($0)" }
        facts += (data["flags"]?.elements ?? []).compactMap(\.string).map { "! \($0)" }
        return facts.joined(separator: " · ")
    }
}
