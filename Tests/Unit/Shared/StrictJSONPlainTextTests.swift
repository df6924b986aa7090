import StrictJSON
import Testing

/// Strings are looked at eight bytes at a time: a byte that needs care must be found at every place.
struct StrictJSONPlainTextTests {
    private static let lengths = Array(0...26)

    /// What needs care, with how it is written.
    private static let special: [(text: String, written: String)] = [
        ("\"", #"\""#), ("\\", #"\\"#), ("\n", #"\n"#), ("\u{1f}", #"\u001f"#), ("\u{0}", #"\u0000"#), ("\u{7f}", "\u{7f}"), ("é", "é"),
        ("\u{80}", "\u{80}"), ("😀", "😀"),
    ]

    private func written(_ text: String) -> String {
        var json = JSONWriter()
        json.string(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test(arguments: lengths) func `what needs care is found at every place`(length: Int) throws {
        for (text, form) in Self.special {
            for place in 0...length {
                let (before, after) = (String(repeating: "a", count: place), String(repeating: "~", count: length - place))
                #expect(written(before + text + after) == "\"\(before)\(form)\(after)\"")
                let document = try JSONDocument(parsing: Array("[\"\(before)\(form)\(after)\",1]".utf8))
                #expect(document.root.elements.map(\.string) == [before + text + after, nil])
            }
        }
    }

    @Test(arguments: lengths) func `what may not stand in a string is refused at every place`(length: Int) {
        for byte: UInt8 in [0x00, 0x0A, 0x1F, 0x80, 0xBF, 0xC0, 0xFF] {
            for place in 0...length {
                var bytes = Array("\"\(String(repeating: "!", count: length))\"".utf8)
                bytes.insert(byte, at: 1 + place)
                #expect(throws: JSONError.self) { try JSONDocument(parsing: bytes) }
            }
        }
    }

    @Test func `members are found in whatever order they are asked for`() throws {
        let text = #"{"a":1,"bb":{"a":9},"ccc":[1,{"dddd":7}],"dddd":4,"\u0065":5,"long-name-1":6,"long-name-2":7}"#
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        let names: [StaticString] = ["a", "dddd", "e", "long-name-1", "long-name-2"]
        let values: [Int64] = [1, 4, 5, 6, 7]
        for start in names.indices {
            for step in 1..<names.count {
                var members = JSONMembers(of: root)
                for turn in names.indices {
                    let place = (start + turn * step) % names.count
                    #expect(members.value(of: names[place])?.int64 == values[place])
                    #expect(members.value(of: "absent")?.kind == nil)
                }
            }
        }
        var none = JSONMembers(of: root["ccc"] ?? root)
        #expect(none.value(of: "dddd")?.kind == nil)
    }
}
