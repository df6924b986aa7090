import Primitives
import Testing

struct PrimitivesPersonNameTests {
    @Test(arguments: [
        ("Maria", "Maria"), ("Maria", " maria\t"), ("MARIA ELISABETH", "Maria Elisabeth\n"), ("José", "JOSE\u{301}"), ("Weiß", "WEISS"),
        ("", "  "),
    ])
    func `a person stays the same however the name is typed`(left: String, right: String) {
        #expect(PersonName.isSame(left, right))
        #expect(PersonName.isSame(right, left))
    }

    @Test(arguments: [("Maria", "Mario"), ("Maria Tokan", "MariaTokan"), ("Jose", "José"), ("Maria", "")])
    func `another name is another person`(left: String, right: String) { #expect(!PersonName.isSame(left, right)) }
}
