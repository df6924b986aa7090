import StrictJSON
import Testing

/// What is JSON on this wire, and what is not.
struct StrictJSONParsingTests {
    /// Why a text is refused; nil if it is taken.
    private func fault(_ text: String) -> JSONError.Reason? { fault(Array(text.utf8)) }

    private func fault(_ bytes: [UInt8]) -> JSONError.Reason? {
        do throws(JSONError) {
            _ = try JSONDocument(parsing: bytes)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(arguments: [
        "{}", "[]", "0", "-0", "\"\"", "true", "false", "null", " \t\r\n{ \"a\" : [ 1 , 2 ] } \n", "1.5e-3", "[[],{}]",
        #""\u00e9\/\b\f\n\r\t\"\\""#,
        #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#,
    ])
    func `JSON is taken`(text: String) { #expect(fault(text) == nil) }

    @Test(arguments: [
        "", " ", "{", "}", "[1", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:2}", "[1 2]",
        "1 2", "{}x",
        "[1}", "{\"a\":1]", "tru", "True", "nul", "NaN", "Infinity", "undefined", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "-a",
        "\"", "\"a",
        "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "\"\u{0}\"", "\"\u{1f}\"", "// a\n1", "/* a */ 1", "\u{a0}1",
        "{\"a\":1 \"b\":2}",
    ])
    func `what is not JSON is refused`(text: String) { #expect(fault(text) == .syntax) }

    @Test func `a byte order mark is refused, even before good JSON`() {
        #expect(fault([0xEF, 0xBB, 0xBF] + Array("{}".utf8)) == .byteOrderMark)
        #expect(fault([0xFF, 0xFE, 0x7B, 0x00]) != nil)
        #expect(fault("\"\u{FEFF}\"") == nil)
    }

    // MARK: Duplicate keys

    @Test(arguments: [
        #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"":1,"":2}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"\u0061":2}"#,
        #"{"é":1,"\u00e9":2}"#,
        #"{"\u00E9":1,"\u00e9":2}"#, #"{"😀":1,"\ud83d\ude00":2}"#, #"[{"b":{"a":1,"c":[{}],"a":2}}]"#, #"{"a":{"x":1},"a":{"y":1}}"#,
    ])
    func `a key twice in one object is refused, however it is written`(text: String) { #expect(fault(text) == .duplicateKey) }

    @Test(arguments: [1, 2, 23, 24, 25, 26, 200])
    func `a key twice is found in small and large objects`(count: Int) {
        let members = (0..<count).map { "\"key\($0)\":\($0)" }
        #expect(fault("{" + members.joined(separator: ",") + "}") == nil)
        #expect(fault("{" + (members + ["\"key\(count - 1)\":0"]).joined(separator: ",") + "}") == .duplicateKey)
        #expect(fault("{" + (["\"key\(count - 1)\":0"] + members).joined(separator: ",") + "}") == .duplicateKey)
    }

    /// Swift compares texts by canonical equivalence; JSON's keys are sequences of code points.
    @Test(arguments: ["{\"\u{e9}\":1,\"e\u{301}\":2}", #"{"\u00e9":1,"e\u0301":2}"#, #"{"K":1,"\u212a":2}"#, #"{"a":1,"A":2}"#])
    func `keys that only look alike are different keys`(text: String) { #expect(fault(text) == nil) }

    // MARK: Depth

    @Test func `32 levels are taken and 33 are not`() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + String(repeating: close, count: depth)
        }
        #expect(fault(nested(32, "[", "]")) == nil)
        #expect(fault(nested(33, "[", "]")) == .tooDeep)
        #expect(fault(String(repeating: "{\"a\":", count: 32) + "1" + String(repeating: "}", count: 32)) == nil)
        #expect(fault(String(repeating: "{\"a\":", count: 33) + "1" + String(repeating: "}", count: 33)) == .tooDeep)
        #expect(fault(nested(16, "[{\"a\":", "}]")) == .syntax)
        #expect(fault(String(repeating: "[", count: 1_000_000)) == .tooDeep)
    }

    @Test func `what is beside does not count as depth`() {
        #expect(fault("[" + Array(repeating: "[]", count: 1000).joined(separator: ",") + "]") == nil)
    }

    // MARK: Text

    @Test(
        arguments: [
            [0x80], [0xC3], [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3, 0x28], [0xE2, 0x28, 0xA1], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func `text that is not UTF-8 is refused in values and keys`(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(fault([quote] + bytes + [quote]) == .invalidUTF8)
        #expect(fault(Array("{\"".utf8) + bytes + Array("\":1}".utf8)) == .invalidUTF8)
    }

    @Test(arguments: [
        #""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\udc00\ud800""#, #""\ud83d\u0041""#,
        #"{"\ud800":1}"#,
    ])
    func `half a surrogate pair is refused`(text: String) { #expect(fault(text) == .syntax) }

    @Test func `the fault names its place`() {
        do {
            _ = try JSONDocument(parsing: Array("{\"a\":1,\n\"a\":2}".utf8))
            Issue.record("taken")
        } catch {
            #expect(error.offset == 9)
            #expect(error.description.contains("repeats a key"))
        }
    }
}
