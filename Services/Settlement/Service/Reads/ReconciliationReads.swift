import ServiceFramework

/// What Settlement posted because of Consignment, in the form in which Consignment says what it told: for `martctl reconcile`.
enum ReconciliationReads {
    /// Of the account that took or gave the money; none where no money moved.
    private static let tender = """
        (SELECT substr(account.name, length('cash-clearing/') + 1) FROM entry JOIN account ON account.number = entry.account
            WHERE entry.account IN (1, 2, 3, 4) AND entry.posting = posting.number)
        """

    static let routes = [
        Route.reconciliation(
            .sales, "Settled sales: regency, tender, and what each line brought",
            """
            SELECT key AS id, json_object(
                'id', key, 'regency', regency, 'tender', \(tender),
                'net', (SELECT sum(net) FROM saleLine WHERE saleLine.posting = posting.number),
                'lines', json((
                    SELECT json_group_array(json_object(
                        'lineId', lineId, 'productId', productId, 'sellerId', sellerId, 'quantity', quantity, 'net', net))
                    FROM (
                        SELECT saleLine.*, account.sellerId FROM saleLine JOIN account ON account.number = saleLine.account
                        WHERE saleLine.posting = posting.number ORDER BY lineId)))) AS item
            FROM posting WHERE kind = 1 AND key > ?1 AND (?2 IS NULL OR key = ?2) ORDER BY key LIMIT ?3
            """),
        Route.reconciliation(
            .refunds, "Reversals: of which sale, and what each line gave back",
            """
            SELECT posting.key AS id, json_object(
                'id', posting.key, 'saleId', sold.key, 'regency', posting.regency,
                'net', (SELECT sum(net) FROM refundLine WHERE refundLine.sale = posting.sale AND refundLine.posting = posting.number),
                'lines', json((
                    SELECT json_group_array(json_object(
                        'lineId', lineId, 'refundedBefore', refundedBefore, 'quantity', quantity, 'net', net))
                    FROM (
                        SELECT * FROM refundLine WHERE refundLine.sale = posting.sale AND refundLine.posting = posting.number
                        ORDER BY lineId)))) AS item
            FROM posting JOIN posting AS sold ON sold.number = posting.sale
            WHERE posting.kind = 2 AND posting.key > ?1 AND (?2 IS NULL OR posting.key = ?2) ORDER BY posting.key LIMIT ?3
            """),
        Route.reconciliation(
            .losses, "Settled losses under the mart's liability",
            """
            SELECT key AS id, json_object(
                'id', key, 'regency', regency, 'net', net,
                'lines', json_array(json_object(
                    'lotId', lotId, 'productId', productId, 'sellerId', sellerId, 'quantity', quantity, 'net', net))) AS item
            FROM posting JOIN loss ON loss.posting = posting.number JOIN account ON account.number = loss.account
            WHERE kind = 3 AND key > ?1 AND (?2 IS NULL OR key = ?2) ORDER BY key LIMIT ?3
            """),
    ]
}
