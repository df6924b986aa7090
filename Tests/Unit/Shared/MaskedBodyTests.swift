import Messaging
import ServiceFramework
import StrictJSON
import Testing

/// Phone and account numbers in what is parked, in whatever form they came.
struct MaskedBodyTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private func shown(_ body: [UInt8], size: Int? = nil, isTrusted: Bool = false) throws -> JSONValue {
        try bench.process([Incoming(channel: .events, routingKey: "depot.x", body: body, size: size)])
        let id = try #require(try bench.texts("SELECT parkedId FROM parked ORDER BY position DESC LIMIT 1").first)
        return try JSONDocument(parsing: bench.store.respond(to: "/v1/parked/\(id)", isTrusted: isTrusted).body).root
    }

    private func envelope(_ data: String) -> [UInt8] {
        Array(#"{"specversion":"1.0","id":"m1","source":"/desk","type":"id.nttmart.depot.unheard-of.v1","data":\#(data)}"#.utf8)
    }

    /// Each hides 081234567890 or 1234567890: nothing but the last four digits may be seen.
    private static let data = [
        #"{"phone":"081234567890"}"#, #"{"phone" : "+62 812-3456-7890"}"#, #"{"phone":"0812 3456 7890","name":"Ina"}"#,
        #"{"\u0070hone":"081234567890"}"#, #"{"p\u0068on\u0065":"0812\u00334567890"}"#, #"{"PHONE":"081234567890"}"#,
        #"{"phone":81234567890}"#, #"{"phone":["081234567890","081234567890"]}"#, #"{"phone":{"home":"081234567890","work":81234567890}}"#,
        #"{"seller":{"contact":[{"phone":"081234567890"}]}}"#, #"{"phoneNumber":"081234567890"}"#, #"{"old_phone":"081234567890"}"#,
        #"{"accountNumber":"1234567890"}"#, #"{"account_number":"12 3456 7890"}"#, #"{"accountNumber":1234567890}"#,
        #"{"account":{"accountNumber":"1234567890"}}"#, #"{"noRekening":"1234567890"}"#,
        #"{"text":"{\"phone\":\"081234567890\"}"}"#, #"{"text":"{\"\\u0070hone\":\"081234567890\"}"}"#,
        #"{"note":"telepon 0812-3456-7890, hubungi Ina"}"#, #"{"data_base64":"eyJwaG9uZSI6IjA4MTIzNDU2Nzg5MCJ9"}"#,
    ]

    private static let traces = ["0812", "8123", "1234", "2345", "3456", "12 3", "4567", "34567", "eyJw", "812-3"]

    @Test(arguments: data) func `a number in the data is masked to its last four`(data: String) throws {
        let body = try shown(envelope(data))
        let text = body["body"]?.string ?? ""
        for trace in Self.traces { #expect(!text.contains(trace), "\(text)") }
        #expect(body["masked"]?.bool == true)
        // It is as much JSON as before.
        #expect(throws: Never.self) { try JSONDocument(parsing: Array(text.utf8)) }
        #expect(text.contains(#""source":"/desk""#))
    }

    @Test(arguments: [
        #"{"phone":"081234567890","phone":"081234567890"}"#, #"{"phone":"081234567890""#, #"{"phone":"08123456"#, #"{"phone":08123456"#,
        #"{'phone':'081234567890'}"#, "phone=081234567890&name=Ina", "Phone: +62 812 3456 7890\r\n", "<phone>081234567890</phone>",
        "<seller phone=\"081234567890\"/>", "s1;Ina;081234567890;53.06", #"{"accountNumber":"12345678"#, #"{"phone":"0812\"#,
        #"{"phone":"081234567890"}}}}"#, #"[[{"phone":"081234567890"}"#, "0812-3456-7890", "\u{FEFF}{\"phone\":\"081234567890\"}",
    ])
    func `a number in what is no JSON is masked too`(text: String) throws {
        let seen = try shown(Array(text.utf8))["body"]?.string ?? ""
        for trace in Self.traces { #expect(!seen.contains(trace), "\(seen)") }
    }

    @Test func `neither letters of two bytes nor bytes of no text hide it`() throws {
        let wide: [UInt8] = #"{"phone":"081234567890"}"#.utf8.flatMap { [$0, 0] }
        let seen = try shown([0xFF, 0xFE] + wide)["body"]?.string ?? ""
        #expect(!seen.filter { $0 != "\0" }.contains("0812"))
        let broken = try shown(Array(#"{"phone":"0812345678"#.utf8) + [0xC3] + Array(#"90"}"#.utf8))["body"]?.string ?? ""
        #expect(!broken.contains("0812"))
    }

    @Test func `a body that was cut off for its size is masked up to the cut`() throws {
        for lost in 0..<40 {
            let start = Array(#"{"name":"Ina","phone":"081234567890","accountNumber":"1234567890"#.utf8.dropLast(lost))
            let seen = try shown(start, size: Limits.eventSize + lost + 1)["body"]?.string ?? ""
            #expect(!seen.contains("0812") && !seen.contains("1234"), "\(seen)")
        }
    }

    @Test func `with the read token it is whole`() throws {
        let body = envelope(#"{"phone":"081234567890"}"#)
        let seen = try shown(body, isTrusted: true)
        #expect(seen["body"]?.string == String(decoding: body, as: UTF8.self))
        #expect(seen["masked"] == nil)
    }

    @Test(arguments: [
        #"{"sellerId":"s1","price":25000,"soldAt":"2026-02-05T02:00:00Z"}"#,
        #"{"name":"Ina","nib":"9120001234567","lines":[{"quantity":12}]}"#,
        #"{"text":"one \"quoted\", two\nlines \u00e9"}"#, #"{"accountName":"Ina Tenun","bankCode":"014"}"#, #"{"phone":null}"#,
        #"{ "spaced" : [ 1 , 2 ] , "deep" : {"a":{}} }"#,
    ])
    func `what holds no such number is shown as it came`(data: String) throws {
        let body = envelope(data)
        let seen = try shown(body)
        #expect(seen["body"]?.string == String(decoding: body, as: UTF8.self))
        #expect(seen["masked"] == nil)
    }

    @Test func `no list, answer, event or log line quotes a number that was refused`() throws {
        let phone = "0812345678\\u0007"
        try bench.process([
            command("put-box", #"{"boxId":"\#(phone)","content":"\#(phone)","note":["\#(phone)"]}"#, id: "m1", replyTo: nil),
            event("box-labelled", #"{"boxId":"b1","label":{"phone":"0812345678"}}"#, id: "e1"),
        ])
        #expect(try bench.texts("SELECT CAST(body AS TEXT) FROM outbox").allSatisfy { !$0.contains("0812") })
        #expect(try bench.texts("SELECT CAST(body AS TEXT) FROM reply").allSatisfy { !$0.contains("0812") })
        #expect(try bench.texts("SELECT error FROM parked").allSatisfy { !$0.contains("0812") })
        for path in ["/v1/parked", "/v1/messages?id=m1", "/v1/messages?id=e1"] {
            #expect(!String(decoding: bench.store.respond(to: path).body, as: UTF8.self).contains("0812"))
        }
        #expect(bench.processor.decisions.allSatisfy { !"\($0)".contains("0812") })
    }
}
