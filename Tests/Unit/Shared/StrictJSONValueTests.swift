import StrictJSON
import Testing

/// Values as they are read, and as they are written.
struct StrictJSONValueTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONDocument(parsing: Array(text.utf8)).root }

    // MARK: Numbers

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("5", 5), ("-17", -17), ("9007199254740991", 9_007_199_254_740_991), ("9223372036854775807", .max),
            ("-9223372036854775808", .min),
        ] as [(String, Int64)])
    func `an integer token is an integer`(token: String, value: Int64) throws {
        let number = try parse(token)
        #expect(number.kind == .integer && number.int64 == value)
    }

    @Test(arguments: ["5.0", "1e3", "1E3", "5e0", "-5.0", "0.0", "1.5", "10e-1"])
    func `a number with a point or an exponent is none, whatever its worth`(token: String) throws {
        let number = try parse(token)
        #expect(number.kind == .number && number.int64 == nil)
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "99999999999999999999", "18446744073709551616"])
    func `an integer beyond 64 bits has no value instead of a wrong one`(token: String) throws {
        let number = try parse(token)
        #expect(number.kind == .integer && number.int64 == nil)
    }

    @Test func `a value is read as its own kind alone`() throws {
        let values = try parse(#"["1",1,true,null,{},[]]"#).elements
        #expect(values.map(\.kind) == [.string, .integer, .bool, .null, .object, .array])
        #expect(values.map(\.string) == ["1", nil, nil, nil, nil, nil])
        #expect(values.map(\.int64) == [nil, 1, nil, nil, nil, nil])
        #expect(values.map(\.bool) == [nil, nil, true, nil, nil, nil])
        #expect(values.map(\.isNull) == [false, false, false, true, false, false])
        #expect(values.allSatisfy { $0.elements.isEmpty && $0.members.isEmpty })
    }

    // MARK: Structure

    @Test func `members are found by name at their own level, in any order, escaped or not`() throws {
        let root = try parse(#"{"deep":{"b":0,"x":[{"b":9}]},"b":1,"\u0063":2,"d":null,"ab":3,"":4}"#)
        #expect(root["b"]?.int64 == 1)
        #expect(root["c"]?.int64 == 2)
        #expect(root["d"]?.isNull == true)
        #expect(root[""]?.int64 == 4)
        #expect(root["a"] == nil && root["abc"] == nil && root["x"] == nil)
        #expect(root["deep"]?["b"]?.int64 == 0)
        #expect(root.members.map(\.name) == ["deep", "b", "c", "d", "ab", ""])
        #expect(root["b"]?["b"] == nil)
    }

    @Test func `elements come in order, whatever they hold`() throws {
        let root = try parse(#"[[1,[2]],{"a":[3,4]},5]"#)
        #expect(root.elements.count == 3)
        #expect(root.elements[1]["a"]?.elements.map(\.int64) == [3, 4])
        #expect(root.elements[2].int64 == 5)
    }

    @Test func `a value keeps its bytes as they came`() throws {
        let root = try parse(#"{"a": { "b" : 1.50 } ,"s":"\u0041","n": -0}"#)
        #expect(root["a"].map { String(decoding: $0.rawBytes, as: UTF8.self) } == #"{ "b" : 1.50 }"#)
        #expect(root["s"].map { String(decoding: $0.rawBytes, as: UTF8.self) } == #""\u0041""#)
        #expect(root["n"].map { String(decoding: $0.rawBytes, as: UTF8.self) } == "-0")
    }

    // MARK: Escapes

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0000x""#, "\u{0}x"), (#""\u00e9\u20AC""#, "é€"), (#""\ud83d\ude00""#, "😀"),
        (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\ue000\uffff""#, "\u{E000}\u{FFFF}"), (#""a\u0062c""#, "abc"), (#""é😀€""#, "é😀€"),
    ])
    func `escapes are read as what they stand for`(text: String, expected: String) throws {
        let read = try #require(try parse(text).string)
        #expect(Array(read.unicodeScalars) == Array(expected.unicodeScalars))
    }

    // MARK: Writing

    @Test(arguments: [
        "", "plain", "quote \" backslash \\ slash /", "line\nbreak\r\n\ttab", "\u{0}\u{1}\u{1F}\u{7F}", "é€😀\u{10FFFF}\u{2028}\u{FEFF}",
        "e\u{301}",
        String(repeating: "\"", count: 10_000), "</script>",
    ])
    func `what is written reads back as it was`(text: String) throws {
        var json = JSONWriter()
        json.beginObject()
        json.key(named: text)
        json.string(text)
        json.endObject()
        let root = try JSONDocument(parsing: json.bytes).root
        #expect(root.members.map { Array($0.name.utf8) } == [Array(text.utf8)])
        #expect(root.members.first?.value.string.map { Array($0.utf8) } == Array(text.utf8))
    }

    @Test func `every control character is written as an escape`() throws {
        for byte in UInt8(0)..<0x20 {
            var json = JSONWriter()
            json.string("a" + String(UnicodeScalar(byte)))
            #expect(json.bytes.allSatisfy { $0 >= 0x20 })
            #expect(try JSONDocument(parsing: json.bytes).root.string == "a" + String(UnicodeScalar(byte)))
        }
    }

    @Test(arguments: [0, 1, 9, 10, -1, -9, -10, 12_345, .max, .min] as [Int64])
    func `an integer is written with its digits`(value: Int64) {
        var json = JSONWriter()
        json.int(value)
        #expect(String(decoding: json.bytes, as: UTF8.self) == "\(value)")
    }

    @Test(arguments: [
        (0.0, "0.0"), (0.8, "0.8"), (1.0, "1.0"), (0.123456, "0.1235"), (0.00004, "0.0"), (12.5, "12.5"), (-0.25, "-0.25"),
        (0.9999999, "1.0"),
    ])
    func `a ratio has at most four decimals`(value: Double, text: String) {
        var json = JSONWriter()
        json.ratio(value)
        #expect(String(decoding: json.bytes, as: UTF8.self) == text)
    }

    @Test func `commas stand between members and elements, and nowhere else`() {
        let bytes = JSONWriter.object { json in
            json.member("a", "x")
            json.member("left out", ifPresent: String?.none)
            json.object("b") { _ in }
            json.array("c", [1, 2]) { $0.int($1) }
            json.member("d", ["x", "y"])
            json.member("e", true)
            json.key("f")
            json.null()
            json.key("g")
            json.raw(Array("[1]".utf8))
            json.array("h", [Int]()) { $0.int($1) }
            json.member("i", 7)
        }
        #expect(
            String(decoding: bytes, as: UTF8.self) == #"{"a":"x","b":{},"c":[1,2],"d":["x","y"],"e":true,"f":null,"g":[1],"h":[],"i":7}"#)
    }
}
