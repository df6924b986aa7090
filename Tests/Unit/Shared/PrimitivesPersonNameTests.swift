import Primitives
import Testing

struct PrimitivesPersonNameTests {
    @Test(arguments: [
        ("Maria", "Maria"), ("Maria", " maria\t"), ("MARIA ELISABETH", "Maria Elisabeth\n"), ("José", "JOSE\u{301}"), ("Weiß", "WEISS"),
        ("", "  "),
        // Full width, ligatures, and other ways to write the same letters
        ("ＡＮＩ", "Ani"), ("ﬁna", "FINA"), ("Ⅳan", "ivan"), ("ẞ", "ss"), ("ſiti", "Siti"), ("Ｋ", "\u{212A}"),
        // Blanks of all kinds and numbers
        ("Ani B", "Ani\u{A0}B"), ("Ani B", "Ani  B"), ("Ani B", "\u{3000}Ani \t B\u{2003}"), ("Ani B", "Ani\u{2800}B"),
        ("Ani", "Ani\u{2028}"),
        // Case folding beyond capitals
        ("ΣΟΦΟΣ", "σοφος"), ("σοφος", "σοφοσ"), ("ꭰ", "Ꭰ"), ("İnci", "i\u{307}nci"),
        // Accents in any order
        ("o\u{323}\u{302}", "o\u{302}\u{323}"), ("ộ", "o\u{302}\u{323}"),
        // What cannot be seen, in names from before it was refused
        ("Ani", "A\u{200B}ni"), ("Ani", "\u{FEFF}Ani"), ("Ani", "Ani\u{3164}"), ("Ani", "Ani\u{FE0F}"), ("Ani", "Ani\u{0}"),
        ("Ani", "An\u{AD}i"),
        ("Ani", "An\u{34F}i"),
    ])
    func `a person stays the same however the name is typed`(left: String, right: String) {
        #expect(PersonName.isSame(left, right))
        #expect(PersonName.isSame(right, left))
    }

    @Test(arguments: [
        ("Maria", "Mario"), ("Maria Tokan", "MariaTokan"), ("Jose", "José"), ("Maria", ""), ("kılıç", "kiliç"), ("Ani", "Ani2"),
        ("Ani", "Аni"),
    ])
    func `another name is another person`(left: String, right: String) { #expect(!PersonName.isSame(left, right)) }
}
