import Testing

@testable import Audit

@Suite("Do settlements follow from sales?")
struct SettlementCheckTests {
    @Test("A share that is a rupiah short is found, in the sum and in the line")
    func shortShare() {
        var script = EventScript.soldAndSettled
        script.replace(#""sellerShare":11111,"martShare":1234"#, with: #""sellerShare":11110,"martShare":1235"#)
        #expect(script.faults.contains("one settlement for every sale"))
        #expect(script.faults.contains("sellers' share of it"))
        #expect(script.faults.contains("sellers have at least 90 % of every line"))
    }

    @Test("A sale without its settlement is named")
    func unsettled() {
        var script = EventScript.soldAndSettled
        script.removeLast()
        let finding = script.audit.findings.first { $0.what == "one settlement for every sale" }
        #expect(finding?.examples == ["sale S1 is not settled"])
    }

    @Test("A second settlement of the same sale is found")
    func settledTwice() {
        var script = EventScript.soldAndSettled
        script.add("settlement.settlement-posted", EventScript.settlement(), cause: "sale-event")
        let finding = script.audit.findings.first { $0.what == "one settlement for every sale" }
        #expect(finding?.examples == ["sale S1 is settled twice"])
    }

    @Test("A settlement must name its sale as the cause")
    func wrongCause() {
        var script = EventScript.soldAndSettled
        script.replace(#""causationid":"sale-event""#, with: #""causationid":"another""#)
        #expect(script.faults == ["one settlement for every sale"])
    }

    @Test("Two partial refunds and their reversals add up")
    func refunds() {
        var script = EventScript.soldAndSettled
        // R(0) = 12 345, R(1) = 8 230, R(3) = 0; the mart's tenths of them are 1 234, 823 and 0.
        script.add("consignment.sale-refunded", EventScript.refund("R1", units: 1, before: 0, net: 4115, restock: true))
        script.add("consignment.sale-refunded", EventScript.refund("R2", units: 2, before: 1, net: 8230, restock: false))
        script.add("settlement.settlement-reversed", EventScript.reversal("R2", net: 8230, seller: 7407, mart: 823))
        script.add("settlement.settlement-reversed", EventScript.reversal("R1", net: 4115, seller: 3704, mart: 411))
        #expect(script.faults == [])
        #expect(script.audit.figures.net == 0)
        #expect(script.audit.figures.sellerShare == 0)
    }

    @Test("A refund that counts wrongly what came before is found")
    func wrongRefund() {
        var script = EventScript.soldAndSettled
        script.add("consignment.sale-refunded", EventScript.refund("R1", units: 1, before: 1, net: 4115, restock: true))
        script.add("settlement.settlement-reversed", EventScript.reversal("R1", net: 4115, seller: 3704, mart: 411))
        #expect(script.faults.contains("one reversal for every refund"))
    }

    /// The sale of three units stands in suspense; one comes back, it is assigned to s2, one comes back, it is reassigned to s3, one comes back.
    private static func reassigned() -> EventScript {
        var script = EventScript.soldAndSettled
        for number in 1...3 {
            script.add(
                "consignment.sale-refunded", EventScript.refund("R\(number)", units: 1, before: number - 1, net: 4115, restock: false))
        }
        script.add("settlement.settlement-reversed", EventScript.reversal("R1", net: 4115, seller: 3704, mart: 411))
        script.add(
            "settlement.suspense-assigned", #"{"assignmentId":"A1","saleId":"S1","lineId":"1","sellerId":"s2","sellerShare":7407}"#)
        script.add("settlement.settlement-reversed", EventScript.reversal("R2", net: 4115, seller: 3703, mart: 412))
        script.add(
            "settlement.suspense-reassigned",
            #"{"assignmentId":"A2","saleId":"S1","lineId":"1","sellerId":"s3","fromSellerId":"s2","sellerShare":3704}"#)
        script.add("settlement.settlement-reversed", EventScript.reversal("R3", net: 4115, seller: 3704, mart: 411))
        script.replace(#""sellerId":"s1","quantity":3"#, with: #""quantity":3"#)
        script.replace(
            #""productId":"p1","sellerId":"s1","quantity":1,"refundedBefore""#, with: #""productId":"p1","quantity":1,"refundedBefore""#)
        script.replace(#""lineId":"1","sellerId":"s1","productId":"p1","net""#, with: #""lineId":"1","productId":"p1","net""#)
        for (refund, owner) in [("R1", ""), ("R2", #""sellerId":"s2","#), ("R3", #""sellerId":"s3","#)] {
            script.replace(
                #"{"refundId":"\#(refund)","saleId":"S1","regency":"53.06","lines":[{"lineId":"1","sellerId":"s1","#,
                with: #"{"refundId":"\#(refund)","saleId":"S1","regency":"53.06","lines":[{"lineId":"1",\#(owner)"#)
        }
        return script
    }

    @Test("Refunds of a line that was in suspense go against whom it belonged to then")
    func assignedLine() {
        let audit = Self.reassigned().audit
        #expect(audit.findings.filter { !$0.holds }.flatMap(\.examples) == [])
        #expect(audit.figures.suspense == 0)
        #expect(audit.figures.sellerShare == 0)
    }

    @Test("A share that is not what was left, and a line taken from whose it is not, are found")
    func wrongAssignment() {
        var script = Self.reassigned()
        script.replace(#""fromSellerId":"s2","sellerShare":3704"#, with: #""fromSellerId":"s2","sellerShare":7407"#)
        #expect(script.faults == ["lines in suspense move with what is left of them"])
        script = Self.reassigned()
        script.replace(#""fromSellerId":"s2""#, with: #""fromSellerId":"s9""#)
        #expect(script.faults.contains("contradictions between events"))
    }

    @Test("A reversal against whom the line no longer belongs to is found")
    func wrongOwner() {
        var script = Self.reassigned()
        script.replace(#""lines":[{"lineId":"1","sellerId":"s3","#, with: #""lines":[{"lineId":"1","sellerId":"s2","#)
        #expect(script.faults == ["one reversal for every refund"])
    }

    @Test("A loss under the mart's liability is owed to its seller, any other is not")
    func losses() {
        var script = EventScript.soldAndSettled
        for (id, liability) in [("W1", "mart"), ("W2", "seller")] {
            script.add(
                "consignment.goods-written-off",
                #"{"writeOffId":"\#(id)","lotId":"l1","productId":"p1","sellerId":"s1","quantity":1,"unitPrice":4115,"net":4115,"#
                    + #""liability":"\#(liability)"}"#)
        }
        #expect(script.faults.contains("losses that the mart makes good"))
        script.add(
            "settlement.settlement-posted",
            #"{"settlementId":"W1","writeOffId":"W1","lines":[{"lineId":"1","sellerId":"s1","net":3704,"sellerShare":3704,"martShare":0}],"#
                + #""totals":{"net":3704,"sellerShare":3704,"martShare":0}}"#)
        #expect(script.faults == [])
        #expect(script.audit.figures.losses == 3704)
    }
}
