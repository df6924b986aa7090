import Foundation

@testable import Audit

/// Writes a small event stream, so that a test can tell a story and then spoil it.
struct EventScript {
    private(set) var lines: [String] = []
    private var sequences: [String: Int] = [:]

    var recording: Recording { Recording(ndjson: Data(lines.map { $0 + "\n" }.joined().utf8)) }
    var audit: Audit { Audit(recording) }

    /// The findings that do not hold.
    var faults: [String] { audit.findings.filter { !$0.holds }.map(\.what) }

    mutating func add(
        _ name: String, _ data: String, id: String? = nil, cause: String? = "c", sequence: Int? = nil, time: String = "2026-02-12T01:00:00Z"
    ) {
        let source = "/" + name.prefix { $0 != "." }
        let number = sequence ?? (sequences[source] ?? 0) + 1
        sequences[source] = number
        let digits = String(repeating: "0", count: 20 - "\(number)".count) + "\(number)"
        let causation = cause.map { #","causationid":"\#($0)""# } ?? ""
        lines.append(
            #"{"specversion":"1.0","id":"\#(id ?? "\(name)-\(number)")","source":"\#(source)","type":"id.nttmart.\#(name).v1","#
                + #""time":"\#(time)","sequence":"\#(digits)"\#(causation),"data":\#(data)}"#)
    }

    mutating func repeatLast() { lines.append(lines[lines.count - 1]) }
    mutating func removeLast() { lines.removeLast() }
    mutating func replace(_ text: String, with other: String) { lines = lines.map { $0.replacing(text, with: other) } }

    /// A product with a lot of 10 units; 3 sold for Rp12.345 in all, settled.
    static var soldAndSettled: EventScript {
        var script = EventScript()
        script.add("catalog.mart-opened", #"{"regency":"53.06","name":"NTT Mart Larantuka","openedOn":"2026-02-05"}"#)
        script.add("catalog.seller-registered", #"{"sellerId":"s1","name":"Ibu Maria","regency":"53.06"}"#)
        script.add(
            "catalog.product-registered",
            #"{"productId":"p1","sellerId":"s1","regency":"53.06","name":"Jagung titi","programme":"ovop","#
                + #""origin":{"villageCode":"53.06.07.2005"},"kind":"food-dry","price":4115,"requiredPermits":["nib"]}"#)
        script.add("catalog.product-listed", #"{"productId":"p1"}"#)
        script.add(
            "consignment.goods-received",
            #"{"lotId":"l1","regency":"53.06","productId":"p1","sellerId":"s1","quantity":10,"offered":12}"#)
        script.add("consignment.sale-recorded", sale(), id: "sale-event")
        script.add("settlement.settlement-posted", settlement(), cause: "sale-event")
        return script
    }

    static func sale(_ id: String = "S1", soldAt: String = "2026-02-10T03:00:00Z", price: Int = 4115) -> String {
        #"{"saleId":"\#(id)","regency":"53.06","till":"T1","soldAt":"\#(soldAt)","tender":"cash","offline":false,"flags":[],"lines":["#
            + #"{"lineId":"1","productId":"p1","sellerId":"s1","quantity":3,"unitPrice":\#(price),"net":\#(3 * price),"flags":[],"#
            + #""unallocated":0,"lots":[{"lotId":"l1","quantity":3}]}],"total":\#(3 * price)}"#
    }

    static func settlement(_ id: String = "S1", net: Int = 12_345, seller: Int = 11_111, mart: Int = 1_234) -> String {
        #"{"settlementId":"\#(id)","saleId":"\#(id)","regency":"53.06","lines":[{"lineId":"1","sellerId":"s1","productId":"p1","net":\#(net),"#
            + #""sellerShare":\#(seller),"martShare":\#(mart)}],"totals":{"net":\#(net),"sellerShare":\#(seller),"martShare":\#(mart)}}"#
    }

    static func refund(_ id: String, units: Int, before: Int, net: Int, restock: Bool) -> String {
        #"{"refundId":"\#(id)","saleId":"S1","regency":"53.06","tender":"cash","reason":"bocor","restock":\#(restock),"lines":[{"lineId":"1","#
            + #""productId":"p1","sellerId":"s1","quantity":\#(units),"refundedBefore":\#(before),"net":\#(net)}],"total":\#(net)}"#
    }

    static func count(_ id: String, _ difference: Int, of lot: String = "l1", by people: (String, String) = ("Yosef", "Maria")) -> String {
        #"{"adjustmentId":"\#(id)","lotId":"\#(lot)","productId":"p1","sellerId":"s1","regency":"53.06","difference":\#(difference),"#
            + #""reason":"opname","countedBy":"\#(people.0)","approvedBy":"\#(people.1)","adjustedAt":"2026-02-12T01:00:00Z"}"#
    }

    static func reversal(_ id: String, net: Int, seller: Int, mart: Int) -> String {
        #"{"refundId":"\#(id)","saleId":"S1","regency":"53.06","lines":[{"lineId":"1","sellerId":"s1","net":\#(net),"sellerShare":\#(seller),"#
            + #""martShare":\#(mart)}],"totals":{"net":\#(net),"sellerShare":\#(seller),"martShare":\#(mart)}}"#
    }
}
