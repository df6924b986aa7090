import Primitives
import StrictJSON
import Testing

/// What others wrote does nothing to a terminal.
struct PrintableTests {
    /// Each moves the cursor, changes the window, turns what follows, ends a line, or is not to be seen.
    static let harmful: [Unicode.Scalar] = {
        let marks: [UInt32] = [0x061c, 0x200b, 0x200e, 0x200f, 0x2060, 0xfeff, 0xe0041]
        let controls = Array(UInt32(0)..<0x20).filter { $0 != 0x09 && $0 != 0x0a } + Array(0x7f..<0xa0)
        let values = controls + marks + Array(0x2028...0x202e) + Array(0x2066...0x2069)
        return values.compactMap { Unicode.Scalar($0) }
    }()

    @Test func `what is harmful is shown, and nothing of it left`() {
        for scalar in Self.harmful {
            for shown in [Printable.text("a\(scalar)b"), Printable.line("a\(scalar)b")] {
                #expect(shown.hasPrefix("a") && shown.hasSuffix("b") && !shown.unicodeScalars.contains(scalar), "\(scalar.value)")
            }
        }
        #expect(Printable.line("\u{1b}[2J\u{9b}31m\u{202e}ok\n✓ fine\tx\r") == #"\u001b[2J\u009b31m\u202eok\n✓ fine\tx\r"#)
        #expect(Printable.line("\u{e0041}") == #"\udb40\udc41"#)
    }

    @Test(arguments: ["Ina Maria", "Jagung titi – 1 kg", "Rp12.500 ✓ ✗ → …", "नमस्ते", "한국어 日本語", "👩‍🌾 e\u{301}", "naïve café", "Ꜳꦗꦮ"])
    func `what people write stays as it is`(text: String) {
        #expect(Printable.line(text) == text && Printable.text(text) == text)
    }

    @Test func `screens keep their lines, and JSON is the same JSON`() throws {
        #expect(Printable.text("a\n\tb\n") == "a\n\tb\n")
        let name = String(String.UnicodeScalarView(Self.harmful))
        var json = JSONWriter()
        json.object { $0.member("name", name) }
        let shown = Printable.text(String(decoding: json.bytes, as: UTF8.self))
        #expect(shown.unicodeScalars.allSatisfy { $0.isASCII })
        #expect(try JSONDocument(parsing: Array(shown.utf8)).root["name"]?.string == name)
    }

    @Test(arguments: [
        ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("👩‍🌾", 2), ("🇮🇩", 2), ("✓ ✗ …", 5), ("❤️", 2), ("ｱ", 1),
        ("！", 2),
    ])
    func `a width is that of a terminal`(text: String, columns: Int) {
        #expect(Printable.width(text) == columns)
        #expect(Printable.prefix(text, width: columns) == text)
        #expect(Printable.width(Printable.prefix(text, width: max(0, columns - 1))) <= max(0, columns - 1))
    }
}
