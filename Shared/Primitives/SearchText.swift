import Foundation

/// Names and what is looked for in them, in the one form in which both are compared.
///
/// People type what their keyboard has: no accents, any of the apostrophes that stand for a glottal stop or none, capitals or not. So all of
/// that is left out on both sides, and a name is found by words that it contains, in any order.
public enum SearchText {
    /// Small letters without accents and apostrophes, one blank between words; empty where `text` has nothing to compare.
    public static func folded(_ text: String) -> String { words(of: text).joined(separator: " ") }

    /// The words of `text`, folded.
    public static func words(of text: String) -> [String] {
        var plain = String.UnicodeScalarView()
        // Some apostrophes come apart into a blank and a mark, so they go first.
        plain.append(contentsOf: text.unicodeScalars.lazy.filter { !apostrophes.contains($0) })
        var kept = String.UnicodeScalarView()
        for scalar in String(plain).decomposedStringWithCompatibilityMapping.unicodeScalars where !isLeftOut(scalar) {
            kept.append(scalar.properties.generalCategory == .dashPunctuation ? "-" : scalar)
        }
        // Up and down again, because some letters meet in capitals only: `ß` and `ss`.
        let letters = String(kept).uppercased().lowercased()
        return letters.split { $0.isWhitespace }.map { word in
            word.unicodeScalars.contains { unaccented[$0] != nil }
                ? word.unicodeScalars.map { unaccented[$0] ?? "\($0)" }.joined() : "\(word)"
        }
    }

    private static func isLeftOut(_ scalar: Unicode.Scalar) -> Bool {
        switch Sight(scalar) {
        case .mark, .format: true
        // Line ends and tabs are blanks.
        case .control: !scalar.properties.isWhitespace
        case .seen, .blank: apostrophes.contains(scalar)
        }
    }

    /// Typed and typographic apostrophes, modifier letters for the glottal stop, primes, and accents that stand alone.
    private static let apostrophes: Set<Unicode.Scalar> = [
        "'", "`", "\u{B4}", "\u{2B9}", "\u{2BB}", "\u{2BC}", "\u{2BD}", "\u{2BE}", "\u{2BF}", "\u{2C8}", "\u{2CA}", "\u{2CB}", "\u{384}",
        "\u{55A}", "\u{1FBD}", "\u{1FBF}", "\u{1FEF}", "\u{1FFD}", "\u{1FFE}", "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}", "\u{2032}",
        "\u{2035}", "\u{A78B}", "\u{A78C}", "\u{FF07}", "\u{FF40}",
    ]

    /// Letters whose stroke or ligature is part of them, so that nothing comes apart.
    private static let unaccented: [Unicode.Scalar: String] = [
        "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "ɓ": "b", "ɗ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss",
        "ς": "σ",
    ]
}
