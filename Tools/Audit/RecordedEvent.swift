/// One line of a recording: an event's envelope and what of its data the audit needs.
struct RecordedEvent: Decodable, Sendable {
    let id: String
    let source: String
    let type: String
    /// When it was made, RFC 3339; empty where the source does not say.
    let time: String
    let sequence: Int64?
    let cause: String?
    let fact: Fact

    private enum Key: String, CodingKey {
        case id, source, type, time, sequence, data
        case cause = "causationid"
    }

    init(from decoder: any Decoder) throws {
        let envelope = try decoder.container(keyedBy: Key.self)
        id = try envelope.decode(String.self, forKey: .id)
        source = try envelope.decode(String.self, forKey: .source)
        type = try envelope.decode(String.self, forKey: .type)
        time = try envelope.decodeIfPresent(String.self, forKey: .time) ?? ""
        sequence = try envelope.decodeIfPresent(String.self, forKey: .sequence).flatMap { Int64($0) }
        cause = try envelope.decodeIfPresent(String.self, forKey: .cause)
        fact = try Self.fact(type, in: envelope)
    }

    private static func fact(_ type: String, in envelope: KeyedDecodingContainer<Key>) throws -> Fact {
        func data<D: Decodable>() throws -> D { try envelope.decode(D.self, forKey: .data) }
        guard let name = shortName(type) else { return .other }
        return switch name {
        case "catalog.mart-opened": .martOpened(try data())
        case "catalog.mart-closed": .martClosed(try data())
        case "catalog.mart-reopened": .martReopened(try data())
        case "catalog.seller-updated": .sellerUpdated(try data())
        case "catalog.seller-registered": .sellerRegistered(try data())
        case "catalog.product-registered": .productRegistered(try data())
        case "catalog.product-listed": .productListed(try data())
        case "catalog.product-held": .productHeld(try data())
        case "catalog.product-delisted": .productDelisted(try data())
        case "catalog.price-changed": .priceChanged(try data())
        case "consignment.goods-received": .goodsReceived(try data())
        case "consignment.sale-recorded": .saleRecorded(try data())
        case "consignment.sale-refunded": .saleRefunded(try data())
        case "consignment.goods-returned": .goodsReturned(try data())
        case "consignment.goods-written-off": .goodsWrittenOff(try data())
        case "consignment.stock-adjusted": .stockAdjusted(try data())
        case "consignment.flag-resolved": .flagResolved(try data())
        case "settlement.settlement-posted": .settlementPosted(try data())
        case "settlement.settlement-reversed": .settlementReversed(try data())
        case "settlement.suspense-assigned", "settlement.suspense-reassigned": .suspenseAssigned(try data())
        case _ where name.hasPrefix("permits.permit-"): .permit(name: String(name.dropFirst("permits.".count)), try data())
        default: .other
        }
    }

    /// `catalog.mart-opened` of `id.nttmart.catalog.mart-opened.v1`; nil for another platform's types and other versions.
    static func shortName(_ type: String) -> String? {
        guard type.hasPrefix("id.nttmart."), type.hasSuffix(".v1") else { return nil }
        return String(type.dropFirst("id.nttmart.".count).dropLast(".v1".count))
    }
}
