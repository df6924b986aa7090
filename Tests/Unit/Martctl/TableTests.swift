import Testing

@testable import MartctlKit

/// Screens have 80 columns, and figures are never cut.
struct TableTests {
    @Test func `the widest text gives way, a figure never`() {
        var table = Table([.left, .left, .right], header: ["id", "name", "net"])
        table.row("p-1", String(repeating: "long ", count: 30), "Rp9.007.199.254.740.991")
        let lines = table.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(table.text)")
        #expect(lines[2].contains("…"))
        #expect(lines[2].hasSuffix("Rp9.007.199.254.740.991"))
        #expect(lines[2].hasPrefix("  p-1"))
    }

    @Test func `a table that fits is left alone`() {
        var table = Table([.left, .right])
        table.row("earned", "Rp1.000")
        table.row("paid", "Rp0")
        #expect(table.text == "  earned  Rp1.000\n  paid        Rp0")
    }

    @Test func `a paragraph breaks between words and goes on indented`() {
        let text = Paragraph.text("✗ " + String(repeating: "word ", count: 40), indent: 2)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("  ✗ word"))
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("    word") })
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(text.split(whereSeparator: \.isWhitespace).count == 41)
    }

    @Test func `JSON for a person keeps every byte of its values`() throws {
        let body = #"{"id":"1","data":{"price":12500,"name":"jagung \"titi\" yang sangat panjang sekali namanya"}}"#
        let pretty = try #require(PrettyJSON.text(body))
        #expect(pretty.contains(#""name": "jagung \"titi\" yang sangat panjang sekali namanya""#))
        #expect(pretty.contains(#""price": 12500"#))
        #expect(PrettyJSON.text("no JSON") == nil)
    }
}
