import Testing

@testable import Audit

@Suite("Do goods and prices add up?")
struct GoodsCheckTests {
    @Test("Stock follows from receipts, sales, restocked refunds, returns and losses")
    func stock() {
        var script = EventScript.soldAndSettled
        script.add("consignment.sale-refunded", EventScript.refund("R1", units: 1, before: 0, net: 4115, restock: true))
        script.add("consignment.goods-returned", #"{"lotId":"l1","productId":"p1","sellerId":"s1","quantity":2}"#)
        let books = Books(script.recording)
        #expect(books.lots["l1"]?.onHand == 6)
        #expect(script.audit.figures.absorption.sold == 2)
    }

    @Test("A count adds to stock or takes from it, and changes nothing about absorption")
    func count() {
        var script = EventScript.soldAndSettled
        let before = script.audit.figures.absorption
        script.add("consignment.stock-adjusted", EventScript.count("C1", -2))
        script.add("consignment.stock-adjusted", EventScript.count("C2", 3))
        #expect(Books(script.recording).lots["l1"]?.onHand == 8)
        #expect(script.audit.figures.absorption == before)
        #expect(script.faults == [])
    }

    @Test("A count that misses more than there is, or that nobody else approved, is found")
    func wrongCount() {
        var script = EventScript.soldAndSettled
        script.add("consignment.stock-adjusted", EventScript.count("C1", -8))
        #expect(script.faults == ["no lot gives more than it has"])
        script.removeLast()
        script.add("consignment.stock-adjusted", EventScript.count("C1", -1, by: ("Yosef", " YOSEF ")), sequence: 3)
        #expect(script.faults == ["every count is approved by another"])
        script.removeLast()
        script.add("consignment.stock-adjusted", EventScript.count("C1", -1, of: "l9"), sequence: 3)
        #expect(script.faults == ["contradictions between events"])
    }

    @Test("A lot that gives more than it has is found")
    func overdrawn() {
        var script = EventScript.soldAndSettled
        script.replace(#""quantity":10,"offered":12"#, with: #""quantity":2,"offered":12"#)
        #expect(script.faults == ["no lot gives more than it has"])
    }

    @Test("Goods taken from another product's lot are a contradiction")
    func strangersLot() {
        var script = EventScript.soldAndSettled
        script.replace(#""lotId":"l1","regency":"53.06","productId":"p1""#, with: #""lotId":"l1","regency":"53.06","productId":"p9""#)
        #expect(script.faults == ["contradictions between events"])
    }

    @Test("A net that is not quantity times price is found")
    func wrongNet() {
        var script = EventScript.soldAndSettled
        script.replace(#""quantity":3,"unitPrice":4115"#, with: #""quantity":3,"unitPrice":4116"#)
        #expect(script.faults.contains("line net = quantity × price, total = sum"))
    }

    @Test("A sale takes the price of its own day, not of the day on which it is recorded")
    func datedPrice() {
        var script = EventScript.soldAndSettled
        script.add(
            "catalog.price-changed", #"{"productId":"p1","price":5000,"effectiveOn":"2026-02-12"}"#, time: "2026-02-12T02:00:00Z")
        let later = "2026-02-12T09:00:00Z"
        script.add("consignment.sale-recorded", EventScript.sale("S2"), id: "s2", time: later)
        script.add("settlement.settlement-posted", EventScript.settlement("S2"), cause: "s2")
        #expect(script.faults == [])
        // Sold after midnight in WITA, which is still the day before in UTC.
        script.add(
            "consignment.sale-recorded", EventScript.sale("S3", soldAt: "2026-02-11T17:00:00Z"), id: "s3", time: later)
        script.add("settlement.settlement-posted", EventScript.settlement("S3"), cause: "s3")
        #expect(script.faults == ["prices of online sales are those in force"])
    }

    @Test("A price announced within the hour may not have been known yet")
    func freshPrice() {
        var script = EventScript.soldAndSettled
        script.add("catalog.price-changed", #"{"productId":"p1","price":5000,"effectiveOn":"2026-02-01"}"#, time: "2026-02-12T00:59:00Z")
        #expect(script.faults == [])
    }

    @Test(
        "A resolution of a flag that is not open is a contradiction",
        arguments: [
            (#""saleId":"S1","flag":"expired""#, []), (#""saleId":"S1","lineId":"1","flag":"expired""#, []),
            (#""saleId":"S1","lineId":"2","flag":"expired""#, ["contradictions between events"]),
            (#""saleId":"S1","flag":"clock-skew""#, ["contradictions between events"]),
            (#""saleId":"S9","flag":"expired""#, ["contradictions between events"]),
        ])
    func resolutions(data: String, faults: [String]) {
        var script = EventScript.soldAndSettled
        script.replace(#""offline":false,"flags":[]"#, with: #""offline":true,"flags":["expired"]"#)
        script.replace(#""net":12345,"flags":[]"#, with: #""net":12345,"flags":["expired"]"#)
        script.add("consignment.flag-resolved", #"{"resolutionId":"V1",\#(data)}"#)
        #expect(script.faults == faults)
        script.add("consignment.flag-resolved", #"{"resolutionId":"V2",\#(data)}"#)
        #expect(script.faults == ["contradictions between events"])
    }

    @Test("An irregular sale that was not offline is found")
    func flags() {
        var script = EventScript.soldAndSettled
        script.replace(#""offline":false,"flags":[]"#, with: #""offline":false,"flags":["expired"]"#)
        #expect(script.faults == ["only offline sales are irregular"])
    }
}
