public import Primitives

/// The number on a permit, as an officer typed it. Its oddities are warnings, because offices err and formats change; only an imported number is refused.
public struct PermitNumber: Sendable, Hashable {
    public let kind: PermitKind
    /// In capitals, without separators and the words that are printed before it.
    let text: [UInt8]

    public init(_ number: String, kind: PermitKind) {
        self.kind = kind
        var text = number.uppercased().utf8.filter { !Self.separators.contains($0) }
        for word in Self.wordsBefore(kind) where text.starts(with: word.utf8) && text.count > word.utf8.count {
            text.removeFirst(word.utf8.count)
        }
        self.text = text
    }

    private static let separators = Set(" .-/:".utf8)

    /// Printed on labels before the number itself: `P-IRT No. 206…`, `BPOM RI MD 2…`.
    private static func wordsBefore(_ kind: PermitKind) -> [String] {
        switch kind {
        case .nib: ["NIB", "NO"]
        case .sppIrt: ["SPPIRT", "PIRT", "NO"]
        case .bpomMd, .bpomNa, .bpomTr: ["BPOM", "POM", "RI"]
        default: []
        }
    }

    /// The letters of an imported number (`ML`: food, `TI`: traditional medicine); nil for any other.
    ///
    /// The authority's own kinds have no other use for these letters; elsewhere (a school's letter may begin with `TIM/…`) digits must follow.
    public var importLetters: String? {
        guard let letters = ["ML", "TI"].first(where: { text.starts(with: $0.utf8) }) else { return nil }
        switch kind {
        case .bpomMd, .bpomNa, .bpomTr: return letters
        default: return text.count > 2 && Self.areDigits(text[2...]) ? letters : nil
        }
    }

    /// What an officer should look at again; sentences.
    public func warnings(regency: String, validFrom: BusinessDate) -> [String] {
        switch kind {
        case .nib: form("", 13...13, "an NIB has 13 digits")
        case .sppIrt: foodWarnings(regency: regency, validFrom: validFrom)
        case .bpomMd: form("MD", 12...15, "a domestic food number is MD and 12 to 15 digits")
        case .bpomNa: cosmeticWarnings
        case .bpomTr: form("TR", 9...9, "a traditional medicine's number is TR and 9 digits")
        case .halal: form("ID", 17...17, "a halal certificate's number is ID and 17 digits")
        case .hygiene, .psat, .sni, .pkrt, .schoolLetter: []
        }
    }

    private func form(_ letters: String, _ digits: ClosedRange<Int>, _ warning: String) -> [String] {
        guard text.starts(with: letters.utf8) else { return [warning] }
        let rest = text.dropFirst(letters.utf8.count)
        return digits.contains(rest.count) && Self.areDigits(rest) ? [] : [warning]
    }

    private var cosmeticWarnings: [String] {
        let isWellFormed =
            text.count == 13 && text[0] == UInt8(ascii: "N") && (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(text[1])
            && Self.areDigits(text[2...])
        return isWellFormed ? [] : ["a cosmetic's number is NA, NB, NC, ND or NE and 11 digits"]
    }

    /// P-IRT: packaging 1, food type 2, regency 4, sequence 2, maker 4, expiry year 2.
    private func foodWarnings(regency: String, validFrom: BusinessDate) -> [String] {
        guard text.count == 15, Self.areDigits(text[...]) else { return ["a P-IRT number has 15 digits"] }
        var warnings: [String] = []
        if !(1...8).contains(value(0..<1)) { warnings.append("the packaging (1st digit) is not 1 to 8") }
        if !(1...15).contains(value(1..<3)) { warnings.append("the food type (2nd and 3rd digit) is not 01 to 15") }
        warnings += regencyWarnings(String(decoding: text[3..<7], as: UTF8.self), regency)
        let year = 2000 + value(13..<15)
        if year < validFrom.components.year { warnings.append("the expiry year (last 2 digits) is \(year), before the permit's first day") }
        return warnings
    }

    /// Offices write the regency in the Home Ministry's code or in the statistics office's; both name the permit's regency, or it is odd.
    private func regencyWarnings(_ digits: String, _ regency: String) -> [String] {
        if let own = Regency.find(regency), Self.codes(of: own).contains(digits) { return [] }
        let named = Regency.all.filter { Self.codes(of: $0).contains(digits) }.map(\.name)
        let whose = named.isEmpty ? "names no regency of the province" : "names \(named.joined(separator: " or "))"
        return ["the regency (4th to 7th digit) \(digits) \(whose), but the permit is of \(regency)"]
    }

    private static func codes(of regency: Regency) -> [String] {
        [regency.code.split(separator: ".").joined(), regency.statisticsCode]
    }

    private static func areDigits(_ text: ArraySlice<UInt8>) -> Bool { text.allSatisfy { $0 &- 0x30 < 10 } }

    private func value(_ range: Range<Int>) -> Int { text[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } }
}
