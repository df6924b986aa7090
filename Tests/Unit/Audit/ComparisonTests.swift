import Testing

@testable import Audit

@Suite("Do the services say what the events say?")
struct ComparisonTests {
    /// What honest services would say after `EventScript.soldAndSettled`.
    private var honest: ReadSide {
        var side = ReadSide()
        side.sequences = ["/catalog": 4, "/permits": 0, "/consignment": 2, "/settlement": 1]
        side.marts = ["53.06"]
        side.sellers = ["s1"]
        side.products = ["p1": .init(programme: "ovop", state: "listed")]
        side.stock = ["p1": .init(onHand: 7, unallocated: 0)]
        side.sales = ["S1": 12_345]
        side.absorption = ["53.06": .init(intake: 0.8333, product: 1, sellThrough: 0.3)]
        side.villages = ["53.06": 1]
        side.balances = ["s1": SellerBalance(earned: 11_111, reversed: 0)]
        side.payable = ["s1": 11_111]
        side.accounts = ["cash-clearing/cash": 12_345, "seller-payable/s1": -11_111, "mart-margin": -1_234]
        return side
    }

    private func faults(_ spoil: (inout ReadSide) -> Void) -> [String] {
        var side = honest
        spoil(&side)
        return EventScript.soldAndSettled.audit.compare(with: side).filter { !$0.holds }.map(\.what)
    }

    @Test("Honest services have no fault")
    func agreeing() { #expect(faults { _ in } == []) }

    @Test("A balance that is a rupiah off is found")
    func balance() {
        #expect(faults { $0.balances["s1"] = SellerBalance(earned: 11_110, reversed: 0) } == ["balance of every seller"])
        #expect(faults { $0.payable["s1"] = 0 } == ["balance of every seller"])
    }

    @Test("A ledger that sums to zero with wrong accounts is found")
    func ledger() {
        let faults = faults {
            $0.accounts["mart-margin"] = -1_235
            $0.accounts["seller-payable/s1"] = -11_110
        }
        #expect(faults == ["trial balance, account by account", "mart margin in the ledger"])
    }

    @Test("A ledger that does not sum to zero is found")
    func unbalanced() { #expect(faults { $0.accounts["suspense"] = 1 }.contains("the ledger sums to zero")) }

    @Test("Differences are told thing by thing, not by their number")
    func sameNumber() {
        #expect(faults { $0.products = ["p2": .init(programme: "ovop", state: "listed")] } == ["products, each in its state"])
        #expect(faults { $0.sales = ["S2": 12_345] } == ["sales, each with its total"])
    }

    @Test("A count that a read side leaves out is found")
    func count() {
        var script = EventScript.soldAndSettled
        script.add("consignment.stock-adjusted", EventScript.count("C1", -2))
        var side = honest
        side.sequences["/consignment"] = 3
        #expect(script.audit.compare(with: side).filter { !$0.holds }.map(\.what) == ["stock of every product"])
        side.stock["p1"]?.onHand = 5
        #expect(script.audit.compare(with: side).filter { !$0.holds }.map(\.what) == [])
    }

    @Test("Stock, absorption, coverage and parked messages are compared")
    func rest() {
        #expect(faults { $0.stock["p1"]?.onHand = 8 } == ["stock of every product"])
        #expect(faults { $0.absorption["53.06"]?.sellThrough = 0.3002 } == ["sell-through, by regency"])
        #expect(faults { $0.absorption["53.06"]?.intake = nil } == ["intake, by regency"])
        #expect(faults { $0.villages["53.06"] = 2 } == ["villages reached, by regency"])
        #expect(faults { $0.parked["catalog"] = 1 } == ["parked messages"])
    }

    @Test("A recording that ends before the services' last events says so")
    func behind() { #expect(faults { $0.sequences["/settlement"] = 5 } == ["the recording reaches to the services' last events"]) }

    @Test("A service that has been restored and has said nothing since is at its beginning")
    func restored() {
        #expect(
            faults {
                $0.sequences["/settlement"] = nil
                $0.sequences["/settlement~1"] = 0
            } == [])
    }
}
