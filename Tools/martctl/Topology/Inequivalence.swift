import Messaging

/// What the broker says when a thing is declared other than it is:
/// `inequivalent arg 'x-overflow' for queue 'q' in vhost '/': received the value 'reject-publish' of type 'longstr' but current is none`
struct Inequivalence: Equatable {
    let name: String
    /// As the broker has it; nil where it has none.
    let current: Topology.Argument?

    /// Nil when the text is another one, or was cut off: a reply text holds 255 bytes.
    init?(_ text: String) {
        guard let name = Self.quoted(text, after: "inequivalent arg "), let isRange = text.firstRange(of: " but current is ") else {
            return nil
        }
        self.name = name
        let rest = String(text[isRange.upperBound...])
        if rest.hasPrefix("none") {
            current = nil
            return
        }
        guard let value = Self.quoted(rest, after: "") else { return nil }
        switch Self.quoted(rest, after: "of type ") {
        case "bool"?: current = .flag(value == "true")
        case "longstr"?: current = .text(value)
        // Durability and the type of an exchange come without a type.
        case nil: current = value == "true" || value == "false" ? .flag(value == "true") : .text(value)
        default:
            guard let number = Int64(value) else { return nil }
            current = .number(number)
        }
    }

    /// The text between the first pair of quotes behind a word.
    private static func quoted(_ text: String, after word: String) -> String? {
        let rest = word.isEmpty ? text[...] : text.firstRange(of: word).map { text[$0.upperBound...] } ?? ""
        let parts = rest.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? String(parts[1]) : nil
    }
}
