import CatalogDomain
import ServiceFramework

/// The paths of Catalog's read side (section 10 of the contract).
enum CatalogReads {
    static func routes(_ rules: RequirementTable) -> [Route] {
        [
            ProductReads.list(rules), ProductReads.one(rules),
            SellerReads.list, SellerReads.one,
            MartReads.list,
            CoverageReads.one,
        ]
    }
}
