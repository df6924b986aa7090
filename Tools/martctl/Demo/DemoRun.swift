import Contracts
import Foundation
import Primitives

/// The main job, phase by phase, through messages alone.
final class DemoRun {
    struct Size {
        var products = 970
        var sales = 5400
        var seed: UInt64 = 2026
    }

    let client: CommandClient
    let recorder: Recorder
    let sides: ReadSides
    let size: Size
    let progress: Progress
    private(set) var tally = Tally()
    let catalogue: Catalogue
    let today: BusinessDate
    /// Sales that were accepted; each must be settled in the end.
    var acceptedSales: Set<String> = []
    /// What is on sale, in the order of the catalogue.
    var onSale: [Catalogue.Product] = []
    var approvedPermits: [String: [String]] = [:]
    /// Permits whose number has a slip, with the right number.
    var slips: [(permitId: String, number: String)] = []
    var spare: [(lot: Lot, units: Int64)] = []
    var soldOnline: [RecordSale] = []

    init(_ client: CommandClient, _ recorder: Recorder, _ sides: ReadSides, _ size: Size, today: BusinessDate, isShown: Bool = true) {
        self.client = client
        progress = Progress(isShown: isShown)
        self.recorder = recorder
        self.sides = sides
        self.size = size
        self.today = today
        catalogue = Catalogue(products: size.products)
    }

    func run() async throws {
        try await openMarts()
        try await registerProducts()
        try await decidePermits()
        try await stockAndTrade()
        try await dayAfter()
        try await correctPapers()
        try await settle()
    }

    /// Chance of one phase: independent of how much the others drew.
    func random(_ phase: UInt64) -> SeededRandom { SeededRandom(seed: size.seed &* 1000 &+ phase) }

    /// Sends commands and tallies their answers. Where something was still on its way, the command is sent again under a new id.
    @discardableResult
    func ask(_ asked: [Asked], _ text: (Int) -> String = { "\($0)" }) async throws -> [Answer] {
        var answers = try await client.ask(asked.map(\.request)) { count in progress.update(text(count)) }
        for _ in 0..<20 {
            let early = answers.indices.filter { answers[$0].isRetriable && asked[$0].expected != answers[$0].code }
            if early.isEmpty { break }
            try await Task.sleep(for: .milliseconds(100))
            let again = try await client.ask(early.map { asked[$0].request })
            for (index, answer) in zip(early, again) { answers[index] = answer }
        }
        for (asked, answer) in zip(asked, answers) { tally.note(asked, answer) }
        return answers
    }

    func rest(_ text: () -> String = { "" }) async throws {
        try await Quiet(sides: sides, recorder: recorder, patience: .seconds(60)).wait { progress.update(text()) }
    }

    private func openMarts() async throws {
        progress.begin("marts")
        let open = RegencyRow.all.filter(\.isLaunched)
        let commands = open.enumerated().map { index, regency in
            Asked(
                OpenMart.with {
                    $0.regency = regency.code
                    $0.martName = "NTT Mart \(regency.capital)"
                    // Where the day is not known: one of the autumn before.
                    $0.openedOn = regency.launchedOn.flatMap { BusinessDate($0) } ?? BusinessDate(day: 20_332).adding(days: index * 5)
                })
        }
        try await ask(commands)
        let closed = RegencyRow.all.filter { !$0.isLaunched }.map(\.capital)
        progress.end("\(open.count) of \(RegencyRow.all.count) regencies open theirs; not yet: \(closed.joined(separator: ", "))")
    }

    private func registerProducts() async throws {
        progress.begin("sellers and products")
        var random = random(1)
        var commands = catalogue.sellers.map { Asked($0.registration(&random)) }
        commands += catalogue.products.map { Asked($0.registration) }
        commands += catalogue.prohibitedProducts.map {
            Asked($0.registration).refused(
                "prohibited", $0.row.kind == .alcoholUnrefined ? "unrefined alcohol (moke)" : "refined alcohol: not released")
        }
        try await ask(commands)
        try await rest()
        progress.end("\(catalogue.sellers.count) sellers, \(catalogue.products.count) products")
    }

    private func decidePermits() async throws {
        progress.begin("permits")
        var plan = PermitPlan(random: random(2), today: today)
        let late = Cast.communitySellers.last
        for seller in catalogue.sellers { plan.business(seller, isWaiting: seller.name == late) }
        let required = recorder.requiredPermits
        for product in catalogue.products { plan.product(product, required: required[product.id] ?? []) }
        let commands = plan.commands()
        try await ask(commands) { "\($0) of \(commands.count) steps, \(recorder.listed.count) products listed" }
        try await rest { "\(recorder.listed.count) products listed" }
        approvedPermits = plan.approved
        slips = plan.slips
        let listed = recorder.listed
        onSale = catalogue.products.filter { listed.contains($0.id) }
        progress.end("\(recorder.count("permits.permit-applied")) applications decided, \(listed.count) products listed")
    }

    private func settle() async throws {
        progress.begin("settlement")
        try await rest { "\(recorder.settled.count) of \(acceptedSales.count) sales settled" }
        let unsettled = acceptedSales.subtracting(recorder.settled)
        if let example = unsettled.min() {
            throw Failure(.refused, "\(unsettled.count) accepted sales have no settlement although everything is quiet, e.g. \(example)")
        }
        progress.end("\(acceptedSales.count) sales settled, every line at 90 % for its seller")
    }
}
