import ConsignmentDomain
import Testing

@Suite struct ShelfTests {
    private let lots = [
        ShelfLot(number: 1, id: "a", onHand: 2), ShelfLot(number: 2, id: "b", onHand: 3), ShelfLot(number: 3, id: "c", onHand: 4),
    ]

    @Test(arguments: [
        (1, ["a:1"], 0), (2, ["a:2!"], 0), (3, ["a:2!", "b:1"], 0), (5, ["a:2!", "b:3!"], 0), (9, ["a:2!", "b:3!", "c:4!"], 0),
        (11, ["a:2!", "b:3!", "c:4!"], 2),
    ])
    func `units come from the first lots, and what they cannot give is missing`(wanted: Int, takes: [String], missing: Int) {
        var draw = Draw(wanted: Int64(wanted))
        draw.take(from: lots)
        #expect(draw.takes.map { "\($0.lotId):\($0.quantity)\($0.empties ? "!" : "")" } == takes)
        #expect(draw.missing == Int64(missing))
    }

    @Test func `an empty lot gives nothing`() {
        var draw = Draw(wanted: 1)
        draw.take(from: [ShelfLot(number: 1, id: "a", onHand: 0)])
        #expect(draw.takes.isEmpty)
        #expect(draw.missing == 1)
    }

    @Test func `a second list is only asked for what is still missing`() {
        var draw = Draw(wanted: 3)
        draw.take(from: lots.prefix(1))
        draw.take(from: lots.suffix(1))
        #expect(draw.takes.map(\.quantity) == [2, 1])
        #expect(draw.missing == 0)
    }
}
