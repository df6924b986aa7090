"""What people set right afterwards, and what happens to goods that may no longer be sold."""

from peer.waiting import eventually

ELSEWHERE = "53.07"


def test_a_seller_gets_another_name_and_the_books_learn_it(mart):
    mart.seller.registers("c-seller", phone="081211112222")
    change = {"sellerId": "c-seller", "name": "Ina Lema", "phone": "081233334444", "changedBy": "Yosef"}
    assert mart.client.send("catalog.update-seller", change).verdict == "accepted ok"
    told = mart.client.event("catalog.seller-updated", "c-seller")
    assert told.data == {"sellerId": "c-seller", "name": "Ina Lema", "regency": "53.06", "changed": ["name", "phone"], "changedBy": "Yosef"}
    assert "081233334444" not in told.raw.decode() and "081211112222" not in told.raw.decode()
    assert mart.client.send("catalog.update-seller", change).verdict == "duplicate ok"
    eventually("Settlement knows it", lambda: mart.balance("c-seller")["name"] == "Ina Lema")


def test_a_typing_error_in_a_permits_number_changes_the_number_and_nothing_else(mart):
    mart.stocked_product("c-number", "s-number")
    listed = mart.client.count("catalog.product-listed", "c-number")
    change = {"permitId": "nib-s-number", "number": "1234567890132", "reason": "two digits were swapped", "officer": "Maria"}
    assert mart.client.send("permits.correct-permit-number", change).verdict == "accepted ok"
    told = mart.client.event("permits.permit-number-corrected", "nib-s-number")
    assert told.data["previousNumber"] == "1234567890123" and told.data["number"] == "1234567890132"
    mart.outcome("catalog", told.id)
    assert mart.get("permits", "/v1/permits/nib-s-number")["number"] == "1234567890132"
    assert mart.get("catalog", "/v1/products/c-number")["state"] == "listed"
    assert mart.client.count("catalog.product-listed", "c-number") == listed


def test_a_mart_closes_and_opens_again(mart):
    mart.officer.opens_mart(ELSEWHERE)
    assert mart.seller.registers("c-else", regency=ELSEWHERE).verdict == "accepted ok"
    assert mart.seller.offers("c-closing", "c-else").verdict == "accepted ok"
    data = {"permitId": "nib-c-else", "permitKind": "nib", "sellerId": "c-else", "number": "1", "validFrom": "2026-01-01", "officer": "M"}
    mart.client.inject("permits.permit-approved", data)
    mart.client.event("catalog.product-listed", "c-closing")
    assert mart.receiver.receives("c-lot", "c-closing", 5, regency=ELSEWHERE).verdict == "accepted ok"

    close = {"regency": ELSEWHERE, "reason": "the roof is being mended", "closedBy": "Yosef"}
    assert mart.client.send("catalog.close-mart", close).verdict == "accepted ok"
    mart.client.event("catalog.mart-closed", ELSEWHERE)
    assert mart.client.event("catalog.product-held", "c-closing").data["reason"] == "mart-not-open"
    eventually("Consignment knows it", lambda: mart.get("consignment", "/v1/products/c-closing")["martOpen"] is False)
    sale = mart.cashier.sale("c-closed-sale", ("c-closing", 1)) | {"regency": ELSEWHERE}
    assert mart.client.send("consignment.record-sale", sale).verdict == "rejected mart-not-open"

    reopen = {"regency": ELSEWHERE, "reason": "mended", "reopenedBy": "Yosef"}
    assert mart.client.send("catalog.reopen-mart", reopen).verdict == "accepted ok"
    mart.client.event("catalog.mart-reopened", ELSEWHERE)
    eventually("it may be sold again", lambda: mart.get("consignment", "/v1/products/c-closing")["state"] == "listed")
    assert mart.client.send("consignment.record-sale", sale).verdict == "accepted ok"


def test_a_withdrawn_product_cannot_be_sold_and_its_goods_go_back(mart):
    mart.stocked_product("c-withdrawn", "s-withdrawn", units=7)
    assert mart.client.send("catalog.withdraw-product", {"productId": "c-withdrawn", "reason": "no longer made"}).verdict == "accepted ok"
    mart.client.event("catalog.product-delisted", "c-withdrawn")
    eventually("Consignment knows it", lambda: mart.get("consignment", "/v1/products/c-withdrawn")["state"] == "withdrawn")
    assert mart.cashier.sells("c-withdrawn-sale", ("c-withdrawn", 1)).verdict == "rejected product-not-listed"
    assert "c-withdrawn" in {row["productId"] for row in mart.items("consignment", "/v1/stock?state=withdrawn")}
    assert mart.receiver.returns("c-fetched", "lot-c-withdrawn", 7).verdict == "accepted ok"
    assert mart.get("consignment", "/v1/lots/lot-c-withdrawn")["state"] == "returned"


def test_a_price_changes_from_today_on_and_a_stale_till_is_told(mart):
    mart.stocked_product("c-price", "s-price", price=10_000)
    assert mart.client.send("catalog.change-price", {"productId": "c-price", "price": 12_000}).verdict == "accepted ok"
    changed = mart.client.event("catalog.price-changed", "c-price")
    mart.outcome("consignment", changed.id)
    assert mart.cashier.sells("c-price-old", ("c-price", 1, 10_000)).verdict == "rejected price-differs"
    assert mart.cashier.sells("c-price-new", ("c-price", 1, 12_000)).verdict == "accepted ok"
    # What was sold the day before cost what it cost then.
    yesterday = {"soldAt": "2026-02-05T06:00:00Z"}
    assert mart.cashier.sells("c-price-late", ("c-price", 1, 10_000), **yesterday).verdict == "accepted ok"


def test_a_product_of_another_kind_needs_other_permits(mart):
    mart.stocked_product("c-kind", "s-kind")
    assert mart.client.send("catalog.reclassify-product", {"productId": "c-kind", "kind": "cosmetic"}).verdict == "accepted ok"
    told = mart.client.event("catalog.product-reclassified", "c-kind")
    assert told.data["requiredPermits"] == ["nib", "bpom-na"]
    held = mart.client.event("catalog.product-held", "c-kind").data
    assert (held["reason"], held["missingPermits"]) == ("requirements-changed", ["bpom-na"])
    assert mart.client.send("catalog.reclassify-product", {"productId": "c-kind", "kind": "alcohol-unrefined"}).verdict == "rejected prohibited"


def test_an_officer_refuses_revokes_and_warns(mart):
    mart.seller.applies("c-refused", "nib", "s-refused")
    assert mart.officer.decides("refuse-permit", "c-refused", "papers are missing").verdict == "accepted ok"
    mart.client.event("permits.permit-refused", "c-refused")
    mart.stocked_product("c-revoked", "s-c-revoked")
    assert mart.officer.decides("revoke-permit", "nib-s-c-revoked", "forged").verdict == "accepted ok"
    assert mart.client.event("catalog.product-held", "c-revoked").data["reason"] == "permit-revoked"
    # The odd number warns, the imported one is refused.
    mart.seller.applies("c-odd", "nib", "s-odd")
    assert mart.officer.approves("c-odd", "123").verdict == "accepted ok"
    assert mart.client.event("permits.permit-approved", "c-odd").data["warnings"]
    mart.seller.applies("c-imported", "bpom-md", "s-odd", "p-odd")
    assert mart.officer.approves("c-imported", "ML123456789012").verdict == "rejected prohibited"


def test_a_permit_that_ends_soon_is_announced(mart):
    mart.seller.applies("c-ending", "nib", "s-ending")
    assert mart.officer.approves("c-ending", validUntil="2026-02-20").verdict == "accepted ok"
    told = mart.client.event("permits.permit-expiring", "c-ending")
    assert (told.data["validUntil"], told.data["daysLeft"]) == ("2026-02-20", 30)


def test_a_permit_that_has_ended_expires(mart):
    mart.seller.applies("c-ended", "nib", "s-ended")
    assert mart.officer.approves("c-ended", validUntil="2026-02-05").verdict == "accepted ok"
    assert mart.client.event("permits.permit-expired", "c-ended").data["validUntil"] == "2026-02-05"
