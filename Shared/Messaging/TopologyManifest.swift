import Contracts

// Generated from the services' indexes by `make generate`; a test fails when it differs. Do not edit.

extension Topology {
    /// The platform as its four services are.
    public static let platform = Topology([
        ServiceTopology(
            "catalog",
            consumes: [
                MessageName("permits", "permit-approved"),
                MessageName("permits", "permit-suspended"),
                MessageName("permits", "permit-reinstated"),
                MessageName("permits", "permit-revoked"),
                MessageName("permits", "permit-expired"),
                MessageName("permits", "permit-number-corrected"),
            ]),
        ServiceTopology("permits", consumes: []),
        ServiceTopology(
            "consignment",
            consumes: [
                MessageName("catalog", "mart-opened"),
                MessageName("catalog", "mart-closed"),
                MessageName("catalog", "mart-reopened"),
                MessageName("catalog", "product-registered"),
                MessageName("catalog", "product-reclassified"),
                MessageName("catalog", "product-listed"),
                MessageName("catalog", "product-held"),
                MessageName("catalog", "product-delisted"),
                MessageName("catalog", "price-changed"),
            ]),
        ServiceTopology(
            "settlement",
            consumes: [
                MessageName("consignment", "sale-recorded"),
                MessageName("consignment", "sale-refunded"),
                MessageName("consignment", "goods-written-off"),
                MessageName("catalog", "seller-registered"),
                MessageName("catalog", "seller-updated"),
            ]),
    ])
}
