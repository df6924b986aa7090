import Testing

@testable import MartctlKit

/// The conditions of `tail`.
struct EventFilterTests {
    private static let sale = Array(
        """
        {"id":"1","type":"t","subject":"s-1","regency":"53.06","data":{"total":25000,"tender":"qris","offline":false,
        "lines":[{"productId":"p1","lots":[{"lotId":"a"}]},{"productId":"p2"}],"flags":["expired"]}}
        """.utf8)

    @Test(arguments: [
        "subject=s-1", "regency=53.06", "tender=qris", "total=25000", "total>=25000", "total>=9000", "total<=25000", "total<=100000",
        "lines.productId=p2", "lines.lots.lotId=a", "flags=expired", "flags~exp", "tender~QR", "tender!=cash", "nothing!=x",
        "lines.productId!=p3", "offline=false", "data.tender=qris",
    ])
    func `a condition that holds`(condition: String) throws {
        #expect(try EventFilter(conditions: [.init(condition)]).passes(Self.sale))
    }

    @Test(arguments: [
        "subject=s-2", "total>=25001", "total<=24999", "tender!=qris", "lines.productId=p3", "lines.productId!=p1", "nothing=x",
        "nothing>=0", "tender~cash", "data=s-1",
    ])
    func `a condition that does not hold`(condition: String) throws {
        #expect(try !EventFilter(conditions: [.init(condition)]).passes(Self.sale))
    }

    @Test func `all conditions must hold, and what is no JSON passes none`() throws {
        let both = try EventFilter(conditions: [.init("tender=qris"), .init("total<=1")])
        #expect(!both.passes(Self.sale))
        #expect(EventFilter().passes(Array("no JSON".utf8)))
        #expect(try !EventFilter(conditions: [.init("a!=b")]).passes(Array("no JSON".utf8)))
    }

    @Test(arguments: ["tender", "=qris", ""])
    func `what is no condition is refused`(condition: String) {
        #expect(throws: Failure.self) { try EventFilter.Condition(condition) }
    }

    @Test func `a value may hold what looks like a comparison`() throws {
        let condition = try EventFilter.Condition("reason=a>=b")
        #expect(condition.path == ["reason"] && condition.comparison == .equal && condition.value == "a>=b")
    }
}
