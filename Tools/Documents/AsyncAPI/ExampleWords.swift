/// The story's words by field. A key may name the place (`origin.villageCode`), and the service or the message
/// (`permits/productId`, `catalog.open-mart/name`); an empty
/// word leaves an optional field out.
enum ExampleWords {
    static let all: [String: String] = [
        // Who and where
        "sellerId": "ina-tenun", "name": "Ina Tenun", "phone": "081234567890", "nib": "9120001234567",
        "catalog.open-mart/name": "NTT Mart Larantuka", "catalog.mart-opened/name": "NTT Mart Larantuka", "openedOn": "2026-02-02",
        "by": "Yosef Kleden", "assignedBy": "Yosef Kleden", "officer": "Maria Lamen", "approvedBy": "Maria Lamen",

        // The product
        "productId": "kwatek-01", "catalog.register-product/name": "Kwatek shawl", "catalog.product-registered/name": "Kwatek shawl",
        "catalog.product-listed/name": "Kwatek shawl", "programme": "ovop", "origin.villageCode": "53.06.07.2005", "kind": "craft",
        "price": "15000", "unitPrice": "15000", "unit": "pcs", "catalog.change-price/price": "16000",

        "catalog.price-changed/price": "16000",
        "effectiveOn": "2026-03-01", "requiredPermits": "nib|school-letter", "listedUntil": "2031-02-04",
        "catalog.product-held/missingPermits": "nib|school-letter", "catalog.product-held/reason": "permit-revoked",
        "catalog.withdraw-product/reason": "the weaver has stopped", "catalog.product-delisted/reason": "the weaver has stopped",

        // The permit: of the business, so it names no product
        "permitId": "nib-0001", "permits/productId": "", "permitKind": "nib", "agency": "dinas-perdagangan", "number": "9120001234567",
        "validFrom": "2026-02-05", "validUntil": "2031-02-04", "documents": "nib.pdf", "daysLeft": "30",
        "permits.refuse-permit/reason": "the form is not signed", "permits.permit-refused/reason": "the form is not signed",
        "permits.suspend-permit/reason": "inspection of the workshop", "permits.permit-suspended/reason": "inspection of the workshop",
        "permits.permit-suspended/effectiveOn": "2026-03-01",

        // Goods and sales
        "lotId": "lot-0001", "quantity": "2", "offered": "", "consignment.goods-received/offered": "2", "till": "till-1",
        "saleId": "sale-0001", "lineId": "1", "tender": "cash", "soldAt": "2026-02-06T03:15:00Z", "receivedAt": "2026-02-05T03:00:00Z",
        "net": "30000", "total": "30000", "sellerShare": "27000", "martShare": "3000", "catalog.register-product/net": "",
        "catalog.product-registered/net": "", "refundId": "refund-0001", "refundedAt": "2026-02-07T01:30:00Z", "restock": "true",
        "consignment.refund-sale/lines.quantity": "1", "consignment.sale-refunded/lines.quantity": "1",
        "consignment.sale-refunded/lines.net": "15000", "consignment.sale-refunded/total": "15000",
        "settlement.settlement-reversed/lines.net": "15000", "settlement.settlement-reversed/lines.sellerShare": "13500",
        "settlement.settlement-reversed/lines.martShare": "1500", "settlement.settlement-reversed/totals.net": "15000",
        "settlement.settlement-reversed/totals.sellerShare": "13500", "settlement.settlement-reversed/totals.martShare": "1500",
        "returnId": "return-0001", "writeOffId": "write-off-0001", "settlement.settlement-posted/writeOffId": "", "liability": "mart",
        "reason": "damaged by rain", "settlementId": "sale-0001", "assignmentId": "assignment-0001",
        "replaces": "assignment-0001", "fromSellerId": "ama-tenun", "settlement.reassign-suspense/assignmentId": "assignment-0002",
        "settlement.suspense-reassigned/assignmentId": "assignment-0002",
        "settlement.reassign-suspense/reason": "the label was read wrongly",
        "settlement.suspense-reassigned/reason": "the label was read wrongly",

        // What a person sets right
        "adjustmentId": "adjustment-0001", "difference": "-1", "countedBy": "Yosef Kleden", "adjustedAt": "2026-02-08T02:00:00Z",
        "consignment.adjust-stock/reason": "counted one less", "consignment.stock-adjusted/reason": "counted one less",
        "resolutionId": "resolution-0001", "flag": "price-differs", "note": "the till had the old price list",
        "resolvedBy": "Maria Lamen", "resolvedAt": "2026-02-08T02:00:00Z",

        "changedBy": "Yosef Kleden", "changed": "phone", "catalog.update-seller/name": "", "catalog.update-seller/nib": "",
        "closedOn": "2026-03-02", "closedBy": "Yosef Kleden", "reopenedOn": "2026-03-09", "reopenedBy": "Yosef Kleden",
        "catalog.close-mart/reason": "the roof is being mended", "catalog.mart-closed/reason": "the roof is being mended",
        "catalog.reopen-mart/reason": "the roof is mended", "catalog.mart-reopened/reason": "the roof is mended",
        "previousNumber": "9120001234576", "permits.correct-permit-number/reason": "two digits were swapped",
        "permits.permit-number-corrected/reason": "two digits were swapped",
        // Backups, and events sent once more
        "consumer": "settlement", "since": "2026-02-05", "permits.resync/consumer": "catalog",
        "catalog.backup-store/name": "nightly-2026-02-06", "permits.backup-store/name": "nightly-2026-02-06",
        "consignment.backup-store/name": "nightly-2026-02-06", "settlement.backup-store/name": "nightly-2026-02-06",

        // The clock
        "catalog.accept-clock/reason": "the machine was off since November", "catalog.accept-clock/time": "2027-02-01T01:00:00Z",
        "permits.accept-clock/reason": "the machine was off since November", "permits.accept-clock/time": "2027-02-01T01:00:00Z",
        "consignment.accept-clock/reason": "the machine was off since November", "consignment.accept-clock/time": "2027-02-01T01:00:00Z",
        "settlement.accept-clock/reason": "the machine was off since November", "settlement.accept-clock/time": "2027-02-01T01:00:00Z",

        // Parked messages, and what was set aside
        "setAsideIds": "event-42",
        "parkedIds": "0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11",
    ]
}
