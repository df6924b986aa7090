import Primitives
import Testing

/// What a text must say and may hold.
struct PrimitivesTextRuleTests {
    /// Blanks, format characters, fillers, and marks without anything to stand on.
    static let saysNothing = [
        "", " ", "   ", "\u{A0}", "\u{2003}", "\u{3000}", "\u{2028}", "\u{2800}", "\u{200B}", "\u{200D}", "\u{FEFF}", "\u{AD}", "\u{202E}",
        "\u{2066}\u{2069}", "\u{3164}", "\u{115F}\u{1160}", "\u{FFA0}", "\u{34F}", "\u{FE0F}", "\u{E0041}", "\u{180E}", "\u{301}",
        " \u{200B}\u{A0}\u{2060} ", "\u{FFFF}",
    ]

    @Test(arguments: TextRule.allCases, saysNothing)
    func `a text that says nothing is none`(rule: TextRule, text: String) { #expect(rule.fault(in: text) != nil) }

    @Test(arguments: TextRule.allCases, ["\t", "\n", "\r\n", " \n\t"])
    func `tabs and line ends alone say nothing either`(rule: TextRule, text: String) { #expect(rule.fault(in: text) != nil) }

    @Test(arguments: TextRule.allCases, ["\0", "\u{1}", "\u{8}", "\u{B}", "\u{1B}", "\u{7F}", "\u{80}", "\u{85}", "\u{9F}"])
    func `no text has control characters`(rule: TextRule, control: String) {
        for text in ["Ani\(control)x", "\(control)Ani", "Ani\(control)"] { #expect(rule.fault(in: text) != nil) }
    }

    @Test(arguments: ["\t", "\n", "\r"]) func `a reason may have tabs and lines, a name may not`(control: String) {
        #expect(TextRule.prose.fault(in: "first\(control)second") == nil)
        #expect(TextRule.line.fault(in: "first\(control)second") != nil)
        #expect(TextRule.person.fault(in: "first\(control)second") != nil)
    }

    @Test(arguments: ["\u{200B}", "\u{200C}", "\u{200D}", "\u{FEFF}", "\u{AD}", "\u{202E}", "\u{2066}", "\u{61C}", "\u{E0041}", "\u{FFF9}"])
    func `the name of a person has no format characters, other texts may`(format: String) {
        #expect(TextRule.person.fault(in: "An\(format)i") != nil)
        #expect(TextRule.line.fault(in: "An\(format)i") == nil)
        #expect(TextRule.prose.fault(in: "An\(format)i") == nil)
    }

    @Test(
        arguments: TextRule.allCases,
        ["a", "7", "-", "Ina Tenun", "José", "Jose\u{301}", "Ani\u{A0}B.", "安妮", "عمر", "😀", "\u{FFFD}", " x "])
    func `what people write is taken`(rule: TextRule, text: String) { #expect(rule.fault(in: text) == nil) }

    @Test(arguments: ["👩‍🌾", "हिन्‍दी"]) func `a joiner inside of what is seen is no fault of a thing's name`(text: String) {
        #expect(TextRule.line.fault(in: text) == nil)
    }

    @Test func `no fault quotes the text`() {
        for rule in TextRule.allCases {
            for text in ["0812\u{0}3456", "0812\u{7}3456", "0812\u{200B}3456", " "] {
                #expect(rule.fault(in: text).map { !$0.contains("0812") } ?? true)
            }
        }
    }

    @Test(arguments: TextRule.allCases, saysNothing + ["Ani\u{0}x", "a\u{1B}[31mb", "one\ntwo", "An\u{200B}i", "Ani", "\u{0}", "\u{202E}"])
    func `a text made clean keeps the rule, and one that keeps it stays as it is`(rule: TextRule, text: String) {
        let clean = rule.cleaned(text)
        #expect(rule.fault(in: clean) == nil)
        if rule.fault(in: text) == nil { #expect(Array(clean.utf8) == Array(text.utf8)) }
    }
}
