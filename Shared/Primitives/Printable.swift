/// Text from elsewhere on its way to a screen or a log.
///
/// A name may hold anything that Unicode has: escape sequences that move the cursor or change the window's title, marks that turn the
/// direction of what follows, characters that nobody sees. Here each of them becomes what JSON writes for it, `\u001b`, so that a person
/// sees that it is there. JSON stays the same JSON: outside of its strings none of them can stand, and inside it means the same.
public enum Printable {
    /// What may consist of several lines: those stay. For whole screens, and for JSON.
    public static func text(_ text: String) -> String { isHarmless(text, lines: true) ? text : shown(text, lines: true) }

    /// What must be one line: nobody's data begins a second one.
    public static func line(_ text: String) -> String { isHarmless(text, lines: false) ? text : shown(text, lines: false) }

    /// A look at the bytes alone, since nearly all text is harmless: only these begin what is not.
    private static func isHarmless(_ text: String, lines: Bool) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.allSatisfy { byte in
                switch byte {
                case 0x0a, 0x09: lines
                case ..<0x20, 0x7f: false
                // U+0080 to U+00BF, U+0600 to U+063F, U+1000 to U+2FFF, U+F000 to U+FFFF, what is beyond U+C0000
                case 0xc2, 0xd8, 0xe1, 0xe2, 0xef, 0xf3: false
                default: true
                }
            }
        }
    }

    private static func shown(_ text: String, lines: Bool) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where lines, "\t" where lines: shown.unicodeScalars.append(scalar)
            // Between the tokens of somebody's JSON it may stand, and an escape may not.
            case "\r" where lines: shown += " "
            case "\n": shown += #"\n"#
            case "\r": shown += #"\r"#
            case "\t": shown += #"\t"#
            default:
                if isHarmful(scalar) {
                    for unit in String(scalar).utf16 { shown += #"\u"# + hexadecimal(unit) }
                } else {
                    shown.unicodeScalars.append(scalar)
                }
            }
        }
        return shown
    }

    private static func hexadecimal(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// Whether it does something to the text around it, or is not to be seen at all. Joiners stay: names in other scripts need them.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0: true  // C0, DEL, C1
        case 0x061c, 0x180e, 0x200b, 0x200e, 0x200f: true  // marks of direction, and of no width
        case 0x2028...0x202e: true  // ends of lines and paragraphs, embeddings and overrides
        case 0x2060...0x206f: true  // invisible operators, isolates
        case 0xfeff, 0xfff9...0xfffb: true  // byte order mark, annotations
        case 0xe0000...0xe0fff: true  // tags and further selectors
        default: false
        }
    }
}

extension Printable {
    /// How many columns of a terminal it takes: none for what combines, two for East Asian characters and emoji.
    public static func width(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + width($1) }
    }

    /// The longest beginning that takes at most so many columns.
    public static func prefix(_ text: some StringProtocol, width limit: Int) -> String {
        var (taken, columns) = ("", 0)
        for character in text {
            columns += width(character)
            if columns > limit { break }
            taken.append(character)
        }
        return taken
    }

    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.isASCII, character.utf8.count == 1 { return 1 }
        if isWide(first) || character.unicodeScalars.contains("\u{fe0f}") { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3: true
        case 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6: true
        case 0x20000...0x3fffd: true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
