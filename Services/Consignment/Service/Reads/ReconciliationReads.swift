import ServiceFramework

/// What Consignment told Settlement about money, in the form in which Settlement says what it posted: for `martctl reconcile`.
enum ReconciliationReads {
    static let routes = [
        Route.reconciliation(
            .sales, "Sales as they were told: regency, tender, and what each line brought",
            """
            SELECT saleId AS id, json_object(
                'id', saleId, 'regency', regency, 'tender', tender, 'net', total,
                'lines', json((
                    SELECT json_group_array(json_object(
                        'lineId', lineId, 'productId', productId, 'sellerId', sellerId, 'quantity', quantity, 'net', net))
                    FROM (SELECT * FROM saleLine WHERE saleLine.saleNumber = sale.saleNumber ORDER BY lineId)))) AS item
            FROM sale WHERE saleId > ?1 AND (?2 IS NULL OR saleId = ?2) ORDER BY saleId LIMIT ?3
            """),
        Route.reconciliation(
            .refunds, "Refunds as they were told: of which sale, and what each line gave back",
            """
            SELECT refundId AS id, json_object(
                'id', refundId, 'saleId', saleId, 'regency', regency, 'net', refund.total,
                'lines', json((
                    SELECT json_group_array(json_object(
                        'lineId', lineId, 'refundedBefore', refundedBefore, 'quantity', quantity, 'net', net))
                    FROM (SELECT * FROM refundLine WHERE refundLine.refundNumber = refund.refundNumber ORDER BY lineId)))) AS item
            FROM refund JOIN sale USING (saleNumber)
            WHERE refundId > ?1 AND (?2 IS NULL OR refundId = ?2) ORDER BY refundId LIMIT ?3
            """),
        Route.reconciliation(
            .losses, "Goods written off under the mart's liability as they were told",
            """
            SELECT writeOffId AS id, json_object(
                'id', writeOffId, 'regency', regency, 'net', net,
                'lines', json_array(json_object(
                    'lotId', lotId, 'productId', productId, 'sellerId', sellerId, 'quantity', quantity, 'net', net))) AS item
            FROM writeOff JOIN lot USING (lotNumber)
            WHERE liability = 'mart' AND writeOffId > ?1 AND (?2 IS NULL OR writeOffId = ?2) ORDER BY writeOffId LIMIT ?3
            """),
    ]
}
