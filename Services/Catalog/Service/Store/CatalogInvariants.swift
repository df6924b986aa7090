import Contracts
import ServiceFramework
import Storage

/// What must hold of products, checked in every backup.
enum CatalogInvariants {
    static let all = [
        Invariant(
            "every product has a price",
            violations: """
                SELECT 'product ' || productId FROM product WHERE NOT EXISTS (SELECT 1 FROM price WHERE price.productId = product.productId)
                """),
        .told(ProductRegistered.self, once: "every product was told once", count: "SELECT count(*) FROM product"),
        .told(SellerRegistered.self, once: "every seller was told once", count: "SELECT count(*) FROM seller"),
    ]
}
