import Contracts
import Primitives
import StrictJSON
import Testing

/// Every message of the contract, by a sample of each.
struct ContractsMessageTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONDocument(parsing: Array(text.utf8)).root }

    private func object(_ members: [(name: String, value: JSONValue)]) throws -> JSONValue {
        let bytes = JSONWriter.object { json in
            for (name, value) in members {
                json.key(named: name)
                json.raw(value.rawBytes)
            }
        }
        return try JSONDocument(parsing: bytes).root
    }

    @Test(arguments: Samples.all)
    func `a full message is written as it was read`(sample: Sample) throws {
        #expect(String(decoding: try sample.rewrite(parse(sample.full)), as: UTF8.self) == sample.full)
    }

    @Test(arguments: Samples.all)
    func `the order of members, unknown ones and nulls make no difference`(sample: Sample) throws {
        let members = try parse(sample.full).members
        let more = try parse(#"{"x-unknown":{"a":[1]},"another":null}"#).members
        #expect(String(decoding: try sample.rewrite(object(more + members.reversed())), as: UTF8.self) == sample.full)
    }

    @Test(arguments: Samples.all)
    func `what the contract requires may not miss, and the rest may`(sample: Sample) throws {
        let members = try parse(sample.full).members
        for (name, _) in members {
            let data = try object(members.filter { $0.name != name })
            if sample.optional.contains(name) {
                _ = try sample.rewrite(data)
                continue
            }
            do {
                _ = try sample.rewrite(data)
                Issue.record("\(sample) is taken without \(name)")
            } catch let fault as InvalidData {
                #expect(fault.field == name || fault.field.hasPrefix("\(name)."), "\(fault)")
            }
        }
        #expect(sample.optional.isSubset(of: members.map(\.name)))
    }

    @Test(arguments: Samples.all)
    func `a null counts as absent`(sample: Sample) throws {
        for name in sample.optional {
            let members = try parse(sample.full).members
            let absent = try sample.rewrite(object(members.filter { $0.name != name }))
            let null = try parse("null")
            #expect(try sample.rewrite(object(members.map { $0.name == name ? (name, null) : $0 })) == absent)
        }
    }

    @Test func `there is a sample of every message`() {
        #expect(Set(Samples.all.map(\.description)).count == 59)
    }

    // MARK: Rules over more than one field

    /// The field that is at fault; nil if the data is taken.
    private func fault<M: Message>(_ type: M.Type, _ data: String) throws -> String? {
        do {
            _ = try FieldReader.read(type, from: parse(data))
            return nil
        } catch let fault as InvalidData {
            return fault.field
        }
    }

    @Test(
        arguments: [
            ("ovop", "{}", "origin.villageCode"), ("ovop", #"{"villageCode":"53.6.7.5"}"#, "origin.villageCode"), ("ovop", "[]", "origin"),
            ("ocop", "{}", "origin.community"), ("ocop", #"{"community":"Nelayan"}"#, "origin.communityKind"),
            ("ocop", #"{"community":"Nelayan","communityKind":"football"}"#, "origin.communityKind"), ("osop", "{}", "origin.school"),
            ("osop", #"{"school":"SMKN 1"}"#, "origin.level"), ("osop", #"{"school":"SMKN 1","level":"SD"}"#, "origin.level"),
            ("ovop", #"{"villageCode":"53.06.07.2005"}"#, nil), ("ocop", #"{"community":"Nelayan","communityKind":"fishers"}"#, nil),
            ("osop", #"{"school":"SLB 1","level":"SLB"}"#, nil), ("otop", #"{"villageCode":"53.06.07.2005"}"#, "programme"),
        ] as [(String, String, String?)])
    func `an origin has the shape of its programme`(programme: String, origin: String, field: String?) throws {
        let data = #"{"productId":"p","sellerId":"s","name":"n","programme":"\#(programme)","origin":\#(origin),"kind":"craft","price":1}"#
        #expect(try fault(RegisterProduct.self, data) == field)
    }

    @Test(
        arguments: [
            (#""quantity":5"#, nil), (#""quantity":5,"offered":5"#, nil), (#""quantity":5,"offered":4"#, "offered"),
            (#""quantity":5,"offered":6"#, "refusedReason"),
            (#""quantity":5,"offered":6,"refusedReason":"pecah""#, nil), (#""quantity":0,"offered":6,"refusedReason":"pecah""#, "quantity"),
        ] as [(String, String?)])
    func `less may be accepted than was offered, with a reason`(members: String, field: String?) throws {
        #expect(try fault(ReceiveGoods.self, #"{"lotId":"l","productId":"p",\#(members)}"#) == field)
    }

    private func sale(_ lines: String, _ more: String = "") -> String {
        #"{"saleId":"x","till":"t","soldAt":"2026-02-05T02:00:00Z","tender":"cash","lines":[\#(lines)]\#(more)}"#
    }

    private func line(_ id: Int, quantity: Int64 = 1, price: Int64? = nil) -> String {
        #"{"lineId":"\#(id)","productId":"p","quantity":\#(quantity)\#(price.map { #","unitPrice":\#($0)"# } ?? "")}"#
    }

    @Test func `a sale has 1 to 200 distinct lines`() throws {
        #expect(try fault(RecordSale.self, sale("")) == "lines")
        #expect(try fault(RecordSale.self, sale((1...200).map { line($0) }.joined(separator: ","))) == nil)
        #expect(try fault(RecordSale.self, sale((1...201).map { line($0) }.joined(separator: ","))) == "lines")
        #expect(try fault(RecordSale.self, sale([line(1), line(2), line(1)].joined(separator: ","))) == "lines[2].lineId")
        #expect(try fault(RefundSale.self, #"{"refundId":"r","saleId":"x","reason":"c","restock":true,"lines":[]}"#) == "lines")
    }

    @Test func `an offline sale names its prices, and no sale is worth more than money can say`() throws {
        #expect(try fault(RecordSale.self, sale(line(1), #","offline":false"#)) == nil)
        #expect(try fault(RecordSale.self, sale(line(1), #","offline":true"#)) == "lines[0].unitPrice")
        #expect(try fault(RecordSale.self, sale(line(1, price: 1) + "," + line(2), #","offline":true"#)) == "lines[1].unitPrice")
        let most = Rupiah.maximum.amount
        #expect(try fault(RecordSale.self, sale(line(1, price: most))) == nil)
        #expect(try fault(RecordSale.self, sale(line(1, quantity: 2, price: most))) == "lines[0]")
        #expect(try fault(RecordSale.self, sale(line(1, quantity: most, price: most))) == "lines[0]")
        #expect(try fault(RecordSale.self, sale(line(1, price: most) + "," + line(2, price: 1))) == "lines[1]")
    }

    @Test func `only a report of what has happened is kept when it is rejected`() throws {
        #expect(RecordSale.isKeptWhenRejected(try parse(#"{"offline":true}"#)))
        for data in ["{}", #"{"offline":false}"#, #"{"offline":"true"}"#, #"{"offline":null}"#] {
            #expect(!RecordSale.isKeptWhenRejected(try parse(data)))
        }
        #expect(!RefundSale.isKeptWhenRejected(try parse(#"{"offline":true}"#)))
    }

    @Test func `a sale's sums must be right`() throws {
        func recorded(net: Int, total: Int) -> String {
            #"{"saleId":"x","regency":"53.06","till":"t","soldAt":"2026-02-05T02:00:00Z","tender":"cash","total":\#(total),"#
                + #""lines":[{"lineId":"1","productId":"p","quantity":2,"unitPrice":5,"net":\#(net)}]}"#
        }
        #expect(try fault(SaleRecorded.self, recorded(net: 10, total: 10)) == nil)
        #expect(try fault(SaleRecorded.self, recorded(net: 11, total: 11)) == "lines[0].net")
        #expect(try fault(SaleRecorded.self, recorded(net: 10, total: 11)) == "total")
    }

    // MARK: Names and codes

    @Test func `a name gives type and routing key`() {
        let name = MessageName("permits", "permit-approved", version: 2)
        #expect(
            name.type == "id.nttmart.permits.permit-approved.v2" && name.routingKey == "permits.permit-approved"
                && "\(name)" == "permits.permit-approved")
    }

    @Test func `codes are judged in the contract's order`() {
        #expect(
            ReplyCode.allCases.sorted().map(\.rawValue) == [
                "ok", "invalid", "conflict", "not-found", "mart-not-open", "prohibited", "wrong-state", "product-not-listed", "expired",
                "price-differs",
                "out-of-stock", "exceeds-original", "not-allowed", "too-late",
            ])
        #expect(ReplyCode.allCases.filter(\.isRetriable) == [.notFound, .martNotOpen, .productNotListed])
    }

    @Test func `a rejection's details say where, and whether to ask again`() throws {
        let rejection = Rejection(.productNotListed, "not listed", field: "lines[0].productId", lineId: "1", missingPermits: ["halal"])
        let details = try JSONDocument(parsing: ReplyData(rejection, subject: "x").details).root
        #expect(details["field"]?.string == "lines[0].productId" && details["lineId"]?.string == "1" && details["retriable"]?.bool == true)
        #expect(details["missingPermits"]?.elements.map(\.string) == ["halal"])
        #expect(ReplyData(Rejection(.wrongState, "no"), subject: "x").details == Array("{}".utf8))
    }
}
