import CatalogDomain
import GRDB
import Primitives
import ServiceFramework
import StrictJSON

/// `/v1/products` and `/v1/products/{id}`
enum ProductReads {
    static func list(_ rules: RequirementTable) -> Route {
        .list(
            "/v1/products",
            "Products, by filters; q finds names that have all its words, in any order, without regard to case, accents and apostrophes",
            [
                .init("regency", .regency), .init("programme", .choice(Programme.allCases.map(\.rawValue))),
                .init("state", .choice(ProductState.allCases.map(\.rawValue))),
                .init("kind", .choice(ProductKind.allCases.map(\.rawValue))),
                .init("sellerId", .id), .init("q", .search),
            ],
            rows: { request, db in
                try ProductView.all(db, filter(request), limit: request.limit + 1, today: request.today)
            },
            id: \.productId,
            write: { product, json in json.object { product.write(to: &$0, rules) } })
    }

    static func one(_ rules: RequirementTable) -> Route {
        .get("/v1/products/{id}", "A product, with the permits that count for it") { request, db, json in
            let id = request.pathValue("id")
            let found = try ProductView.all(db, ("p.productId = ?", [id]), limit: 1, today: request.today)
            guard var product = found.first else { throw ReadError.notFound("product \(id) is not registered") }
            let permits = try PermitView.all(db, of: product.productId, sellerId: product.sellerId)
            product.judge(rules, permits)
            json.object { json in
                product.write(to: &json, rules)
                json.array("permits", permits) { json, permit in
                    json.object { PermitView.write(permit, to: &$0, today: request.today) }
                }
            }
        }
    }

    private static func filter(_ request: ReadRequest) -> (condition: String, arguments: StatementArguments) {
        var conditions: [String] = []
        var arguments = StatementArguments()
        func require(_ condition: String, _ value: String?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [value]
        }
        for column in ["regency", "programme", "state", "kind", "sellerId"] { require("p.\(column) = ?", request.text(column)) }
        for word in Set(SearchText.words(of: request.text("q") ?? "")) { require("instr(p.searchName, ?) > 0", word) }
        require("p.productId > ?", request.after)
        return (conditions.isEmpty ? "TRUE" : conditions.joined(separator: " AND "), arguments)
    }
}
