"""What a harness says in the place of a service, as briefly as the contract allows, and what arrives before that on which it rests."""

from peer.waiting import eventually


def approval(permit, kind, seller, product=None):
    """The fields of section 6 that must be there, and no more: no regency, no agency."""
    data = {"permitId": permit, "permitKind": kind, "sellerId": seller, "productId": product, "number": "206530600010130",
            "validFrom": "2026-01-01", "officer": "Maria"}
    return {key: value for key, value in data.items() if value is not None}


def test_an_approval_injected_by_the_harness_unlocks_the_listing_and_the_sale(mart):
    mart.open()
    mart.seller.registers("a-seller")
    mart.seller.offers("a-product", "a-seller", kind="food-dry", price=25_000)
    mart.client.inject("permits.permit-approved", approval("a-nib", "nib", "a-seller"))
    assert mart.get("catalog", "/v1/products/a-product")["state"] == "awaiting-permits"
    id_ = mart.client.inject("permits.permit-approved", approval("a-pirt", "spp-irt", "a-seller", "a-product"))
    listed = mart.client.event("catalog.product-listed", "a-product")
    assert listed.body["causationid"] == id_ and listed.routing_key == "catalog.product-listed.53.06"
    mart.receiver.receives("a-lot", "a-product", 3)
    eventually("it may be sold", lambda: mart.get("consignment", "/v1/products/a-product")["state"] == "listed")
    assert mart.cashier.sells("a-sale", ("a-product", 2)).verdict == "accepted ok"
    assert mart.client.event("settlement.settlement-posted", "a-sale").data["totals"]["sellerShare"] == 45_000


def test_approvals_that_come_before_their_product_count_when_it_is_registered(mart):
    mart.open()
    for permit, kind, product in (("a-early-nib", "nib", None), ("a-early-pirt", "spp-irt", "a-early")):
        assert mart.outcome("catalog", mart.client.inject("permits.permit-approved", approval(permit, kind, "s-early", product))) == "accepted"
    mart.seller.registers("s-early")
    mart.seller.offers("a-early", "s-early", kind="food-dry")
    mart.client.event("catalog.product-listed", "a-early")


def test_an_approval_for_another_sellers_business_does_not_count(mart):
    mart.open()
    mart.seller.registers("s-mine")
    mart.seller.offers("a-mine", "s-mine", kind="food-dry")
    mart.client.inject("permits.permit-approved", approval("a-mine-nib", "nib", "s-mine"))
    id_ = mart.client.inject("permits.permit-approved", approval("a-mine-pirt", "spp-irt", "s-theirs", "a-mine"))
    assert mart.outcome("catalog", id_) == "accepted"
    assert mart.get("catalog", "/v1/products/a-mine")["missingPermits"] == ["spp-irt"]


def test_what_is_revoked_before_its_approval_arrives_stays_revoked(mart):
    mart.open()
    mart.seller.registers("s-revoked")
    mart.seller.offers("a-revoked", "s-revoked")
    revoked = {"permitId": "a-revoked-nib", "permitKind": "nib", "sellerId": "s-revoked", "reason": "forged", "officer": "M",
               "effectiveOn": "2026-02-01"}
    mart.client.inject("permits.permit-revoked", revoked, envelope={"sequence": "00000000000000000009"})
    for sequence in ("00000000000000000008", None, "00000000000000000010"):
        id_ = mart.client.inject("permits.permit-approved", approval("a-revoked-nib", "nib", "s-revoked"), envelope={"sequence": sequence})
        mart.outcome("catalog", id_)
    assert mart.get("catalog", "/v1/products/a-revoked")["state"] == "awaiting-permits"


def test_a_listing_older_than_the_hold_before_it_does_not_open_the_sale(mart):
    mart.open()
    product = {"productId": "a-hold", "sellerId": "s-hold", "regency": "53.06"}
    listing = {**product, "name": "Tenun", "programme": "ovop", "kind": "craft", "price": 10_000, "unit": "pcs"}
    hold = {**product, "reason": "permit-suspended", "missingPermits": ["nib"]}

    def tell(name, data, sequence, expected):
        id_ = mart.client.inject(f"catalog.product-{name}", data, envelope={"sequence": f"{sequence:020}"}, regency="53.06")
        mart.outcome("consignment", id_)
        assert mart.get("consignment", "/v1/products/a-hold")["state"] == expected

    # A listing alone suffices to receive and to sell.
    tell("listed", listing, 100, "listed")
    assert mart.receiver.receives("a-hold-lot", "a-hold", 5).verdict == "accepted ok"
    tell("held", hold, 200, "held")
    tell("listed", listing, 150, "held")
    assert mart.cashier.sells("a-hold-sale", ("a-hold", 1)).verdict == "rejected product-not-listed"
    tell("listed", listing, 201, "listed")
    assert mart.cashier.sells("a-hold-sale", ("a-hold", 1)).verdict == "accepted ok"


def test_a_refund_waits_for_its_sale(mart):
    line = {"lineId": "1", "productId": "a-p", "sellerId": "s-waits"}
    refund = {"refundId": "a-refund", "saleId": "a-waited", "regency": "53.06", "refundedAt": "2026-02-06T01:00:00Z", "tender": "cash",
              "reason": "torn", "restock": False, "lines": [{**line, "quantity": 1, "refundedBefore": 0, "net": 3_333}], "total": 3_333}
    sale = {"saleId": "a-waited", "regency": "53.06", "till": "t", "soldAt": "2026-02-06T01:00:00Z", "tender": "cash", "offline": False,
            "flags": [], "lines": [{**line, "quantity": 3, "unitPrice": 3_333, "net": 9_999, "flags": [], "unallocated": 3, "lots": []}],
            "total": 9_999}
    mart.outcome("settlement", mart.client.inject("consignment.sale-refunded", refund))
    assert [row["refundId"] for row in mart.items("settlement", "/v1/settlements/waiting")] == ["a-refund"]
    assert mart.status_of("settlement", "/v1/settlements/a-waited") == 404
    mart.client.inject("consignment.sale-recorded", sale, regency="53.06")
    reversed_ = mart.client.event("settlement.settlement-reversed", "a-waited")
    posted = mart.client.event("settlement.settlement-posted", "a-waited")
    assert posted.sequence < reversed_.sequence
    assert reversed_.data["totals"] == {"net": 3_333, "sellerShare": 3_000, "martShare": 333}
    assert mart.items("settlement", "/v1/settlements/waiting") == []
    assert mart.balance("s-waits")["payable"] == 6_000


def test_a_sale_that_is_told_before_anything_else_is_known_is_recorded_when_it_was_offline(mart):
    reply = mart.cashier.sells("a-unknown", ("a-never-heard-of", 1, 5_000), offline=True)
    assert reply.verdict == "accepted ok"
    assert mart.client.event("consignment.sale-recorded", "a-unknown").data["flags"] == ["unknown-product"]
    accounts = mart.client.event("settlement.settlement-posted", "a-unknown").data["lines"]
    assert "sellerId" not in accounts[0]
