import ServiceFramework

/// Consignment's own metrics.
enum ConsignmentMeasures {
    static let all: [Measure] = [
        .growing(
            .counter("mart_sales_recorded_total", "sales", by: ["tender"], "Sales recorded."), highest: sales,
            "SELECT tender, count(*) FROM sale WHERE saleNumber > :after AND saleNumber <= :upTo GROUP BY tender"),
        .growing(
            .counter("mart_sales_rupiah_total", "rupiah", by: ["tender"], "What was sold, at its price, refunds not deducted."),
            highest: sales,
            "SELECT tender, total(total) FROM sale WHERE saleNumber > :after AND saleNumber <= :upTo GROUP BY tender"),
        .growing(
            .counter("mart_flagged_sales_total", "sales", "Offline sales recorded with flags, for a person to look at."), highest: sales,
            "SELECT count(*) FROM sale WHERE saleNumber > :after AND saleNumber <= :upTo AND flags <> ''"),
        .growing(
            .counter("mart_refunds_recorded_total", "refunds", "Refunds recorded."), highest: refunds,
            "SELECT count(*) FROM refund WHERE refundNumber > :after AND refundNumber <= :upTo"),
        .growing(
            .counter("mart_refunded_rupiah_total", "rupiah", "What buyers got back."), highest: refunds,
            "SELECT total(total) FROM refund WHERE refundNumber > :after AND refundNumber <= :upTo"),
        .growing(
            .counter("mart_received_units_total", "units", "Units taken on consignment."), highest: "SELECT max(lotNumber) FROM lot",
            "SELECT total(accepted) FROM lot WHERE lotNumber > :after AND lotNumber <= :upTo"),
        .now(
            .gauge("mart_stock_units", "units", "Units on the shelves."), "SELECT total(onHand) FROM lot WHERE onHand > 0"),
    ]

    private static let sales = "SELECT max(saleNumber) FROM sale"
    private static let refunds = "SELECT max(refundNumber) FROM refund"
}
