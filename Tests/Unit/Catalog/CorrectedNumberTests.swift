import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("The number of a permit is corrected")
struct CorrectedNumberTests {
    private func correct(_ world: World, to number: String, sequence: Int64? = nil) throws -> RecordedOutcome {
        try world.harness.receive(
            PermitNumberCorrected.with {
                $0.permit.permitId = "nib-1"
                $0.permit.permitKind = .nib
                $0.permit.sellerId = "ina"
                $0.number = number
            }, sequence: sequence)
    }

    private func number(_ world: World) throws -> String? {
        try world.harness.get("/v1/products/p").body["permits"]?.elements.first?["number"]?.string
    }

    @Test("The product shows the number, and its listing stays")
    func shows() throws {
        let world = try World()
        try world.approve("nib-1")
        try world.addProduct("p")
        _ = try world.news()
        #expect(try correct(world, to: "9999999999999") == .accepted)
        #expect(try number(world) == "9999999999999")
        #expect(try world.news() == [])
    }

    @Test(
        "Every order of arrival ends in the same number",
        arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func orders(order: [Int]) throws {
        let world = try World()
        try world.addProduct("p")
        for step in order {
            switch step {
            case 0: try world.approve("nib-1", sequence: 3)
            case 1: #expect(try correct(world, to: "1111111111111", sequence: 5) == .accepted)
            default: #expect(try correct(world, to: "2222222222222", sequence: 9) == .accepted)
            }
        }
        #expect(try number(world) == "2222222222222")
        #expect(try world.state(of: "p") == "listed")
    }

    @Test("Without sequences the order of arrival counts, also for a permit that is known by its correction alone")
    func arrival() throws {
        let world = try World()
        try world.addProduct("p")
        #expect(try correct(world, to: "1111111111111") == .accepted)
        #expect(try world.state(of: "p") == "awaiting-permits")
        #expect(try number(world) == nil)
        try world.approve("nib-1")
        #expect(try number(world) == "1234567890123")
        #expect(try correct(world, to: "2222222222222") == .accepted)
        #expect(try number(world) == "2222222222222")
    }
}
