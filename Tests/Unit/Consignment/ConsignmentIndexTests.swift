import ConsignmentService
import Contracts
import Messaging
import ServiceFramework
import Testing

/// The index of the service against section 7 of the contract.
@Suite struct ConsignmentIndexTests {
    @Test func `it takes, hears and says what the contract names`() throws {
        let definition = try ConsignmentService.definition()
        #expect(definition.name == "consignment")
        #expect(definition.port == 8103)
        #expect(
            definition.commands.map(\.name)
                == [
                    "receive-goods", "record-sale", "refund-sale", "return-goods", "write-off-goods", "adjust-stock", "resolve-flag",
                ])
        #expect(
            Set(definition.consumes.map(\.description)) == [
                "catalog.mart-opened", "catalog.mart-closed", "catalog.mart-reopened",
                "catalog.product-registered", "catalog.product-reclassified", "catalog.product-listed",
                "catalog.product-held", "catalog.product-delisted", "catalog.price-changed",
            ])
        #expect(
            definition.publishes.map { $0.name.name }
                == [
                    "goods-received", "sale-recorded", "sale-refunded", "goods-returned", "goods-written-off", "stock-adjusted",
                    "flag-resolved",
                ])
        #expect(
            definition.reads.map(\.path) == [
                "/v1/products/{id}", "/v1/stock", "/v1/lots/{id}", "/v1/sales", "/v1/sales/{id}", "/v1/absorption",
                "/v1/reconciliation/sales", "/v1/reconciliation/refunds", "/v1/reconciliation/losses",
            ])
    }
}
