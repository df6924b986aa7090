import Audit
import Primitives
import StrictJSON

/// What screens show of a read side's answer; what is absent shows as a dash.
extension JSONValue {
    /// A member whose name is known only when the program runs.
    func member(_ name: some StringProtocol) -> JSONValue? { members.first { $0.name == name }?.value }

    func text(_ name: StaticString) -> String {
        guard let value = self[name], !value.isNull else { return "–" }
        if let text = value.string { return text }
        if let number = value.int128 { return Text.grouped(number) }
        return value.bool.map { $0 ? "yes" : "no" } ?? String(decoding: value.rawBytes, as: UTF8.self)
    }

    func number(_ name: StaticString) -> Int64 { self[name]?.int64 ?? 0 }
    /// Whether a number, of any size, is there and above zero.
    func isPositive(_ name: StaticString) -> Bool { self[name]?.int128 ?? 0 > 0 }

    func rupiah(_ name: StaticString) -> String { self[name]?.int128.map { Text.rupiah($0) } ?? "–" }

    func instant(_ name: StaticString) -> Instant? { self[name]?.string.flatMap { Instant($0) } }

    /// The moment in WITA, to the second.
    func moment(_ name: StaticString) -> String { instant(name)?.witaSecond ?? "–" }

    func texts(_ name: StaticString) -> [String] { self[name]?.elements.compactMap(\.string) ?? [] }

    /// The texts of a list, or a dash.
    func list(_ name: StaticString) -> String {
        let texts = texts(name)
        return texts.isEmpty ? "–" : texts.joined(separator: ", ")
    }
}
