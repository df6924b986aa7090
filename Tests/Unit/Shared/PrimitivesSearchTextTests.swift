import Primitives
import Testing

struct PrimitivesSearchTextTests {
    @Test(arguments: [
        ("Écru", "ecru"), ("E\u{301}CRU", "ecru"), ("ÉCRU", "e\u{301}cru"), ("Fu\u{2019}i", "fu'i"), ("Fu\u{2BB}i", "FU`I"),
        ("Fu\u{2BC}i", "fui"),
        ("fu\u{2032}i", "fu\u{B4}i"), ("fu\u{FF07}i", "fui"), ("  Kopi \t\u{A0} Bajawa\n", "kopi bajawa"), ("ＫＯＰＩ", "kopi"),
        ("ﬁlet", "FILET"),
        ("Straße", "STRASSE"), ("Øl", "ol"), ("Łódź", "lodz"), ("Æbler", "aebler"), ("ko\u{200B}pi", "kopi"), ("ko\u{AD}pi", "kopi"),
        ("n\u{303}", "ñ"), ("İstanbul", "istanbul"), ("½", "1\u{2044}2"), ("ko\u{2011}pi", "ko-pi"), ("ko\u{2013}pi", "ko-pi"),
        ("a\u{0}b", "ab"),
        ("१", "१"), ("コーヒー", "コーヒー"),
    ])
    func `what people do not tell apart is the same`(left: String, right: String) {
        #expect(SearchText.folded(left) == SearchText.folded(right))
        #expect(!SearchText.folded(left).isEmpty)
    }

    @Test(arguments: [("kopi", "kop1"), ("a b", "ab"), ("ko-pi", "ko pi"), ("25%", "25"), ("a_b", "a b"), ("か", "き")])
    func `other letters, figures and signs stay apart`(left: String, right: String) {
        #expect(SearchText.folded(left) != SearchText.folded(right))
    }

    @Test(arguments: ["", " ", "\u{0}", "'", "\u{2019} \u{2019}", "\u{301}", "\u{200B}\u{FEFF}", "\t\n", "\u{B4}", "\u{3000}"])
    func `where there is nothing to compare, there are no words`(text: String) {
        #expect(SearchText.words(of: text).isEmpty)
    }

    @Test func `folding twice is folding once`() {
        for text in ["Écru %_'", "İ", "ΟΔΟΣ", "ǅ", "ﬀ", "ŉ", "ẞ", "Å ́x"] {
            #expect(SearchText.folded(SearchText.folded(text)) == SearchText.folded(text), "\(text)")
        }
    }
}
