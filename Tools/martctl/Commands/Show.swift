import ArgumentParser
import Primitives
import StrictJSON

struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Everything the services know of one seller, product, permit, lot or sale.",
        usage: "martctl show seller|product|permit|lot|sale <id> [options]",
        discussion: """
            Below what they know stands the way it took: which service took which message about it, when, and what it published then. \
            `message` shows the way of everything that carries a correlation id, from the command to the last event.

              martctl show sale s-0001           lines, lots, settlement, refunds, reversals
              martctl show product jagung-titi   why it is held, and what lies on the shelf
              martctl show seller ina            what is owed to her
              martctl show lot lot-7             where every unit of it went
              martctl show permit jagung-pirt
              martctl show message 0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11
              martctl show sale s-0001 --json | jq .settlement.totals

            Exit code 1 when nobody knows it.
            """)

    enum Thing: String, ExpressibleByArgument, CaseIterable {
        case seller, product, permit, lot, sale, message
    }

    @Argument(help: "What it is: \(Thing.allCases.map(\.rawValue).joined(separator: ", ")).")
    var thing: Thing

    @Argument(help: "Its id.")
    var id: String

    @Flag(help: "Print the services' answers as JSON.")
    var json = false

    @OptionGroup var sides: ReadSideOptions

    func run() async throws {
        try await Failure.reported {
            let sides = try sides.sides()
            let sheet: any Sheet =
                switch thing {
                case .seller: try await SellerSheet(id, sides)
                case .product: try await ProductSheet(id, sides)
                case .permit: try await PermitSheet(id, sides)
                case .lot: try await LotSheet(id, sides)
                case .sale: try await SaleSheet(id, sides)
                case .message: try await MessageSheet(id, sides)
                }
            guard sheet.isKnown else { throw Failure(.refused, "no service knows a \(thing.rawValue) \(id)") }
            if json {
                Terminal.show(JSONLine.text(sheet.write))
            } else {
                Terminal.show("\(sheet.text)\n\(Heading.text("Its way through the services"))\n\(sheet.way.text())\n")
                Terminal.show(try await clockNote(sides))
            }
        }
    }

    /// Moments of business and moments of messages are of two clocks; where they are apart, that is said.
    private func clockNote(_ sides: ReadSides) async throws -> String {
        let answer = try await sides.consignment.get("/v1/status")
        guard let business = answer.instant("businessNow"), abs(business.milliseconds - Instant.systemNow.milliseconds) > 60_000 else {
            return ""
        }
        return "  by the system's clock; the business clock stands at \(business.witaSecond)\n"
    }
}
