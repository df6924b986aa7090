import ServiceFramework

/// Catalog's own metrics.
enum CatalogMeasures {
    static let all: [Measure] = [
        .now(
            .gauge("mart_products", "products", by: ["state"], "Products by state."),
            "SELECT state, count(*) FROM product GROUP BY state ORDER BY state"),
        .now(.gauge("mart_sellers", "sellers", "Sellers registered."), "SELECT count(*) FROM seller"),
        .now(.gauge("mart_open_marts", "marts", "Marts that are open."), "SELECT count(*) FROM mart WHERE isOpen = 1"),
        .now(
            .gauge("mart_pending_evaluations", "products", "Products that a change has touched and that are still to be judged."),
            "SELECT count(*) FROM pendingEvaluation"),
    ]
}
