/// One line of the audit: a figure, what the audit makes of it, what it is held against, and whether they agree.
public struct Finding: Sendable {
    public enum Area: String, Sendable, CaseIterable {
        case stream = "The event stream"
        case catalog = "Catalog"
        case permits = "Permits"
        case goods = "Goods"
        case money = "Money"
    }

    public let area: Area
    public let what: String
    /// What the audit computed.
    public let own: String
    /// What the services say: in their own events, or on their read side.
    public let stated: String
    public let holds: Bool
    /// Differences by example, for whoever looks into it.
    public let examples: [String]
    /// How many differences there are.
    public let differences: Int

    init(_ area: Area, _ what: String, own: String, stated: String, differences: [String]) {
        self.area = area
        self.what = what
        self.own = own
        self.stated = stated
        self.holds = differences.isEmpty
        self.examples = Array(differences.sorted().prefix(5))
        self.differences = differences.count
    }

    /// Two figures that must be equal.
    init<Value: Equatable>(_ area: Area, _ what: String, own: Value, stated: Value, _ text: (Value) -> String = { "\($0)" }) {
        let differs = own == stated ? [] : ["\(what): \(text(own)) by the audit, \(text(stated)) stated"]
        self.init(area, what, own: text(own), stated: text(stated), differences: differs)
    }
}

/// How figures are written.
public enum Text {
    /// `Rp12.500`
    public static func rupiah(_ amount: some BinaryInteger) -> String { (amount < 0 ? "-Rp" : "Rp") + grouped(amount.magnitude) }

    /// `12.500`
    public static func grouped(_ number: some BinaryInteger) -> String {
        var digits = Array(String(number.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(".", at: place)
            place -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }

    /// `81,3 %` of a part in a whole; a whole of zero reads `–`.
    public static func percent<Number: BinaryInteger>(_ part: Number, of whole: Number) -> String {
        guard whole != 0 else { return "–" }
        let tenths = (Double(part) * 1000 / Double(whole)).rounded() / 10
        return "\(tenths) %".replacing(".", with: ",")
    }
}
