import ConsignmentDomain
import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// A mart that is closed for a while, or for good.
@Suite struct ClosedMartTests {
    private typealias Mart = MartFixture

    private static func closed(on date: String = "2026-02-05") throws -> MartClosed {
        try MartClosed.with {
            $0.regency = "53.06"
            $0.closedOn = try day(date)
            $0.reason = "flood"
            $0.closedBy = "Maria"
        }
    }

    private static func reopened(on date: String = "2026-02-05", closedOn: String? = "2026-02-05") throws -> MartReopened {
        try MartReopened.with {
            $0.regency = "53.06"
            $0.closedOn = try closedOn.map(day)
            $0.reopenedOn = try day(date)
            $0.reason = "dry again"
            $0.reopenedBy = "Yosef"
        }
    }

    private func isOpen(_ mart: Mart) throws -> Bool? { try mart.product()["martOpen"]?.bool }

    @Test func `nothing is received or sold there, and everything else goes on`() throws {
        let mart = try Mart(stock: 9)
        try mart.sell("a", Mart.line("1", 4))
        try mart.harness.receive(Self.closed())
        #expect(try mart.receive("lot-2", 1).code == .martNotOpen)
        // Also before the hold of its products has arrived.
        #expect(try mart.sell("b", Mart.line("1", 1)).code == .martNotOpen)
        try mart.harness.receive(Mart.held(missing: [], reason: .martNotOpen))
        #expect(try mart.sell("b", Mart.line("1", 1)).code == .martNotOpen)
        #expect(try mart.refund("r", of: "a", ("1", 2), restock: true).status == .accepted)
        #expect(try mart.onHand("lot-1") == 7)
        #expect(try mart.writeOff("w", 1, from: "lot-1").status == .accepted)
        #expect(try mart.adjust("c", -1, of: "lot-1").status == .accepted)
        #expect(try mart.giveBack("g", 5, from: "lot-1").status == .accepted)
        #expect(try isOpen(mart) == false)
    }

    @Test func `an offline sale is recorded and flagged`() throws {
        let mart = try Mart(stock: 9)
        try mart.harness.receive(Self.closed())
        try mart.harness.receive(Mart.held(missing: [], reason: .martNotOpen))
        #expect(try mart.sell("a", Mart.line("1", 4, at: 25_000), offline: true).status == .accepted)
        #expect(try mart.published(SaleRecorded.self).flags == [.notListed, .martNotOpen])
        // Of an unknown product the mart is asked by the sale's regency.
        try mart.sell("b", Mart.line("1", 1, of: "unheard-of", at: 1), offline: true)
        #expect(try mart.published(SaleRecorded.self).flags == [.unknownProduct, .martNotOpen])
    }

    @Test func `its stock is locked until it is open again`() throws {
        let mart = try Mart(stock: 9)
        func locked() throws -> Int64? { try mart.harness.get("/v1/stock").body["items"]?.elements.first?["locked"]?.int64 }
        try mart.harness.receive(Self.closed(on: "2026-02-06"))
        #expect(try locked() == 0)
        try mart.harness.advance(to: "2026-02-06")
        #expect(try locked() == 9)
        try mart.harness.receive(Self.reopened(on: "2026-02-08", closedOn: "2026-02-06"))
        #expect(try locked() == 9)
        try mart.harness.advance(to: "2026-02-08")
        #expect(try locked() == 0)
        #expect(try mart.sell("a", Mart.line("1", 1), soldAt: "2026-02-07T16:00:00Z").status == .accepted)
    }

    @Test func `every order of arrival ends in the same mart`() throws {
        let events: [(any Event, Int64)] = [
            (MartOpened.with { ($0.regency, $0.martName, $0.openedOn) = ("53.06", "NTT Mart", BusinessDate(Instant(milliseconds: 0))) }, 1),
            (try Mart.listed(), 2), (try Self.closed(), 3), (Mart.held(missing: [], reason: .martNotOpen), 4),
        ]
        let end: [(any Event, Int64)] = [(try Self.reopened(), 5), (try Mart.listed(), 6)]
        for order in permutations(Array(events.indices)) {
            let mart = try Mart()
            try mart.harness.receive(Mart.registered())
            for index in order { try mart.harness.receive(events[index].0, sequence: events[index].1) }
            #expect(try isOpen(mart) == false, "\(order)")
            #expect(try mart.product()["state"]?.string == "held", "\(order)")
        }
        let all = Array((events + end).enumerated())
        for order in permutations(Array(all.indices)) where order.first == 2 || order.last == 2 {
            let mart = try Mart()
            try mart.harness.receive(Mart.registered())
            for index in order { try mart.harness.receive(all[index].element.0, sequence: all[index].element.1) }
            #expect(try isOpen(mart) == true, "\(order)")
            #expect(try mart.product()["state"]?.string == "listed", "\(order)")
        }
    }

    @Test func `a listing alone suffices to sell, unless it is older than the closing`() throws {
        let mart = try Mart()
        try mart.harness.receive(Self.closed(), sequence: 3)
        try mart.list(sequence: 2)
        #expect(try isOpen(mart) == false)
        try mart.list(sequence: 5)
        #expect(try isOpen(mart) == true)
        // Without sequences the order of arrival counts.
        try mart.harness.receive(Self.closed())
        #expect(try isOpen(mart) == false)
        try mart.list()
        #expect(try isOpen(mart) == true)
        #expect(try mart.receive("lot-1", 5).status == .accepted)
        #expect(try mart.sell("a", Mart.line("1", 1)).status == .accepted)
    }

    @Test func `a closing comes twice and has one effect`() throws {
        let mart = try Mart(stock: 9)
        try mart.harness.receive(Self.closed(), sequence: 3)
        try mart.harness.receive(Self.reopened(), sequence: 5)
        try mart.harness.receive(Self.closed(), sequence: 3)
        #expect(try isOpen(mart) == true)
    }

    @Test func `the days of a mart`() throws {
        let (first, second, third) = (try day("2026-02-05"), try day("2026-02-10"), try day("2026-02-20"))
        func open(_ days: MartDays) throws -> [Bool] {
            try ["2026-02-04", "2026-02-05", "2026-02-09", "2026-02-10", "2026-02-19", "2026-02-20"].map { days.isOpen(on: try day($0)) }
        }
        #expect(try open(MartDays(openedOn: first)) == [false, true, true, true, true, true])
        #expect(try open(MartDays(openedOn: first, closedOn: second)) == [false, true, true, false, false, false])
        #expect(try open(MartDays(openedOn: first, closedOn: second, reopenedOn: third)) == [false, true, true, false, false, true])
        #expect(try open(MartDays(openedOn: first, closedOn: second, reopenedOn: second)) == [false, true, true, true, true, true])
    }
}
