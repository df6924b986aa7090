import Contracts
import Primitives
import StrictJSON
import Testing

/// The limits of section 3, kind by kind, at their edges.
struct ContractsFieldTests {
    /// One field of every kind.
    private struct Everything: Record {
        struct Part: Record {
            var quantity: Int64 = 1
            mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) { try f.quantity("quantity", &quantity) }
            func check() throws(InvalidData) {
                if quantity == 13 { throw InvalidData("quantity", "must not be 13") }
                if quantity == 14 { throw InvalidData("", "must not hold 14") }
            }
        }
        var id: String?
        var ids: [String]?
        var text: String?
        var texts: [String] = []
        var regency: String?
        var share: Rupiah?
        var price: Rupiah?
        var days: Int64?
        var date: BusinessDate?
        var instant = Instant(milliseconds: 0)
        var count: Int64 = 0
        var flag = false
        var tender: Tender?
        var flags: [SaleFlag] = []
        var part: Part?
        var parts: [Part] = []
        var object: [UInt8] = Array("{}".utf8)

        mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
            try f.id("id", &id)
            try f.ids("ids", &ids)
            try f.text("text", &text)
            try f.texts("texts", &texts)
            try f.regency("regency", &regency)
            try f.money("share", &share, minimum: 0)
            try f.price("price", &price)
            try f.integer("days", &days, 1...36_500)
            try f.date("date", &date)
            try f.instant("instant", &instant)
            try f.count("count", &count)
            try f.flag("flag", &flag)
            try f.choice("tender", &tender)
            try f.choices("flags", &flags)
            try f.record("part", &part)
            try f.records("parts", &parts, 0...2)
            try f.object("object", &object)
        }
    }

    private func read(_ member: String) throws -> Everything {
        let text = #"{"instant":"2026-02-05T02:00:00Z""# + (member.isEmpty ? "" : ",\(member)") + "}"
        return try FieldReader.read(Everything.self, from: JSONDocument(parsing: Array(text.utf8)).root)
    }

    /// The field that is at fault; nil if the data is taken.
    private func fault(_ member: String) throws -> String? {
        do {
            _ = try read(member)
            return nil
        } catch let fault as InvalidData {
            return fault.field
        }
    }

    private static let long = String(repeating: "é", count: 500)

    @Test(arguments: [
        "", #""id":"a""#, #""id":null"#, #""id":"\#(String(repeating: "a", count: 64))""#, #""ids":[]"#, #""ids":["a","a"]"#,
        #""text":"\#(long)""#,
        #""text":"😀""#, #""texts":[]"#, #""regency":"53.06""#, #""share":0"#, #""share":9007199254740991"#, #""price":1"#,
        #""price":9007199254740991"#,
        #""days":1"#, #""days":36500"#, #""date":"2024-02-29""#, #""count":0"#, #""count":null"#, #""flag":true"#, #""flag":null"#,
        #""tender":"kkpd""#,
        #""flags":[]"#, #""flags":["not-listed","clock-skew"]"#, #""part":{"quantity":1}"#,
        #""part":{"quantity":9007199254740991,"more":[]}"#,
        #""parts":[]"#, #""parts":null"#, #""parts":[{"quantity":1},{"quantity":2}]"#, #""object":{"any":[1.5]}"#, #""unknown":{"a":"b"}"#,
        #""Id":7"#,
    ])
    func `a value within its limits is taken`(member: String) throws { #expect(try fault(member) == nil) }

    @Test(arguments: [
        ("id", #""id":"""#), ("id", #""id":"\#(String(repeating: "a", count: 65))""#), ("id", #""id":"a b""#), ("id", #""id":7"#),
        ("ids", #""ids":"a""#), ("ids", #""ids":[""]"#), ("ids", #""ids":[null]"#),
        ("text", #""text":"""#), ("text", #""text":"\#(long)e""#), ("text", #""text":7"#), ("text", #""text":["a"]"#),
        ("texts", #""texts":"a""#), ("texts", #""texts":[7]"#), ("texts", #""texts":[""]"#),
        ("regency", #""regency":"5306""#), ("regency", #""regency":"53.22""#), ("regency", #""regency":53.06"#),
        ("share", #""share":-1"#), ("share", #""share":9007199254740992"#), ("share", #""share":5.0"#), ("share", #""share":1e3"#),
        ("share", #""share":"5""#), ("share", #""share":99999999999999999999"#), ("price", #""price":0"#), ("price", #""price":true"#),
        ("days", #""days":0"#), ("days", #""days":36501"#), ("days", #""days":1.0"#),
        ("date", #""date":"2026-02-29""#), ("date", #""date":"5 Februari 2026""#), ("date", #""date":20260205"#),
        ("count", #""count":-1"#), ("count", #""count":"0""#), ("flag", #""flag":"true""#), ("flag", #""flag":1"#),
        ("tender", #""tender":"Cash""#), ("tender", #""tender":"""#), ("tender", #""tender":0"#), ("flags", #""flags":"expired""#),
        ("flags", #""flags":["late"]"#),
        ("part", #""part":[]"#), ("part.quantity", #""part":{}"#), ("part.quantity", #""part":{"quantity":0}"#),
        ("part.quantity", #""part":{"quantity":9007199254740992}"#), ("part.quantity", #""part":{"quantity":13}"#),
        ("part", #""part":{"quantity":14}"#),
        ("parts", #""parts":{}"#), ("parts", #""parts":[{"quantity":1},{"quantity":1},{"quantity":1}]"#),
        ("parts[1]", #""parts":[{"quantity":1},7]"#),
        ("parts[1].quantity", #""parts":[{"quantity":1},{"quantity":"1"}]"#), ("parts[0].quantity", #""parts":[{"quantity":13}]"#),
        ("object", #""object":[]"#), ("object", #""object":"{}""#),
    ])
    func `a value beyond its limits is named by its path`(field: String, member: String) throws { #expect(try fault(member) == field) }

    @Test func `text is counted in characters, not in bytes`() throws {
        #expect(try fault(#""text":"\#(String(repeating: "😀", count: 500))""#) == nil)
        #expect(try fault(#""text":"\#(String(repeating: "😀", count: 501))""#) == "text")
        #expect(try fault(#""text":"\#(String(repeating: "a", count: 501))""#) == "text")
    }

    @Test func `what is absent keeps its default`() throws {
        let empty = try read("")
        #expect(empty.id == nil && empty.ids == nil && empty.texts.isEmpty && empty.count == 0 && !empty.flag && empty.part == nil)
        #expect(empty.object == Array("{}".utf8))
    }

    @Test func `data that is no object is at fault as a whole`() throws {
        for text in ["[]", "7", "null", "\"a\""] {
            let value = try JSONDocument(parsing: Array(text.utf8)).root
            #expect(throws: InvalidData("", "must be an object")) { try FieldReader.read(Everything.self, from: value) }
        }
    }

    @Test func `the canonical form drops nulls and unknown members, keeps the order of the contract and of lists`() throws {
        let one = try read(#""texts":["b","a"],"share":5,"unknown":1,"id":"x","date":null"#)
        let other = try read(#""id":"x","date":null,"texts":["b","a"],"share":5"#)
        #expect(FieldWriter.bytes(of: one) == FieldWriter.bytes(of: other))
        let reordered = try read(#""id":"x","texts":["a","b"],"share":5"#)
        #expect(FieldWriter.bytes(of: one) != FieldWriter.bytes(of: reordered))
    }
}
