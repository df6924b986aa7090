import StrictJSON

/// What there is to look at after the demo: commands with ids from this very run, which hold as long as its data is there.
struct NextSteps {
    private let steps: [(command: String, why: String)]
    private let addresses: String
    private let footer: String

    init(_ job: DemoRun, _ sides: ReadSides) async throws {
        var steps: [(String, String)] = []
        let sales = try await sides.consignment.items("/v1/sales")
        if let sale = sales.first(where: { $0["state"]?.string == "partly-refunded" }) {
            steps.append(("show sale \(sale.text("saleId"))", "a refund, its whole way"))
        }
        if let sale = sales.first(where: { !$0.texts("flags").isEmpty }) {
            steps.append(("show sale \(sale.text("saleId"))", "sold while cut off"))
        }
        if let product = try await sides.catalog.get("/v1/products?state=held&limit=1").elements("items").first {
            steps.append(("show product \(product.text("productId"))", "why it is held"))
        }
        if let seller = try await sides.catalog.get("/v1/sellers?regency=53.06&limit=1").elements("items").first {
            steps.append(("show seller \(seller.text("sellerId"))", "what is owed"))
        }
        steps.append(("status", "services and queues"))
        steps.append(("doctor", "what could be better"))
        steps.append(("audit \(job.recorder.path) --compare", "the audit again"))
        self.steps = steps
        addresses = [
            "\(sides.catalog.shownURL)/v1/coverage?regency=53.06", "\(sides.consignment.shownURL)/v1/absorption?regency=53.06",
            "\(sides.settlement.shownURL)/v1/ledger/trial-balance",
        ].map { "  " + $0 }.joined(separator: "\n")
        footer = "The whole job took \(job.progress.elapsed); its events lie in \(job.recorder.path)"
    }

    var text: String {
        var table = Table([.left, .left])
        for step in steps { table.row("martctl \(step.command)", step.why) }
        return """
            \(Heading.text("Where to look next"))
              while this stack runs:

            \(table.text)

            \(addresses)
              docs/openapi.yaml lists every path

            \(Paragraph.text(footer, indent: 2))

            """
    }
}
