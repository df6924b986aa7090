"""A product's way from its maker to the money, each step by the person whose step it is."""

import random

from peer.auditor import mart_share
from peer.waiting import eventually


def test_from_the_application_to_the_settlement_at_ninety_per_cent(mart):
    mart.open()
    assert mart.seller.registers("t-maria", phone="081234567890").verdict == "accepted ok"
    assert mart.seller.offers("t-jagung", "t-maria", kind="food-dry", price=12_345).verdict == "accepted ok"
    assert mart.seller.applies("t-nib", "nib", "t-maria").verdict == "accepted ok"
    assert mart.seller.applies("t-pirt", "spp-irt", "t-maria", "t-jagung").verdict == "accepted ok"
    assert mart.officer.decides("request-repair", "t-pirt", "the label is missing").verdict == "accepted ok"
    assert mart.client.send("permits.resubmit-permit", {"permitId": "t-pirt", "documents": ["label.pdf"]}).verdict == "accepted ok"
    assert mart.officer.approves("t-nib").verdict == "accepted ok"
    eventually("only one permit is missing", lambda: mart.get("catalog", "/v1/products/t-jagung")["missingPermits"] == ["spp-irt"])

    approval = mart.officer.approves("t-pirt", "206530600010130")
    listed = mart.client.event("catalog.product-listed", "t-jagung")
    approved = mart.client.event("permits.permit-approved", "t-pirt")
    assert listed.body["causationid"] == approved.id
    assert listed.body["correlationid"] == approved.body["correlationid"] == approval.properties.correlation_id
    assert listed.data["price"] == 12_345

    assert mart.receiver.receives("t-lot", "t-jagung", 10).verdict == "accepted ok"
    eventually("it may be sold", lambda: mart.get("consignment", "/v1/products/t-jagung")["state"] == "listed")
    assert mart.cashier.sells("t-sale", ("t-jagung", 1), tender="qris").verdict == "accepted ok"
    recorded = mart.client.event("consignment.sale-recorded", "t-sale")
    posted = mart.client.event("settlement.settlement-posted", "t-sale")
    assert posted.body["causationid"] == recorded.id
    assert posted.data["totals"] == {"net": 12_345, "sellerShare": 11_111, "martShare": 1_234}
    assert mart.get("settlement", "/v1/settlements/t-sale")["totals"] == posted.data["totals"]
    assert mart.balance("t-maria")["payable"] == 11_111
    # The trace that began with the cashier's command leads to the settlement.
    traces = {event.properties.headers["traceparent"].split("-")[1] for event in (recorded, posted)}
    assert len(traces) == 1


def test_what_travels_in_events_is_no_phone_number(mart):
    mart.seller.registers("t-phone", phone="081299998888", nib="9120001234567")
    told = mart.client.event("catalog.seller-registered", "t-phone")
    assert told.data == {"sellerId": "t-phone", "name": "Seller t-phone", "regency": "53.06"}
    assert "081299998888" not in str(mart.get("catalog", "/v1/sellers/t-phone"))


def test_partial_refunds_add_up_to_the_sale_to_the_rupiah(mart):
    mart.stocked_product("t-third", "s-third", price=3_335)
    assert mart.cashier.sells("t-thirds", ("t-third", 3)).verdict == "accepted ok"
    for number in range(3):
        assert mart.cashier.refunds(f"t-back-{number}", "t-thirds", ("1", 1)).verdict == "accepted ok"
    assert mart.cashier.refunds("t-back-3", "t-thirds", ("1", 1)).verdict == "rejected exceeds-original"
    posted = mart.client.event("settlement.settlement-posted", "t-thirds").data["totals"]
    parts = [mart.client.event("settlement.settlement-reversed", "t-thirds", refundId=f"t-back-{number}").data["totals"] for number in range(3)]
    assert posted == {key: sum(part[key] for part in parts) for key in posted}
    assert mart.balance("s-third")["payable"] == 0
    assert mart.get("consignment", "/v1/lots/lot-t-third")["onHand"] == 100


def test_goods_lost_under_the_marts_liability_are_paid_for_and_others_not(mart):
    mart.stocked_product("t-lost", "s-lost", price=9_999)
    assert mart.receiver.writes_off("t-wet", "lot-t-lost", 3, "mart").verdict == "accepted ok"
    posted = mart.client.event("settlement.settlement-posted", settlementId="t-wet")
    assert "saleId" not in posted.data and posted.data["writeOffId"] == "t-wet"
    share = 3 * 9_999 - mart_share(3 * 9_999)
    assert mart.balance("s-lost")["payable"] == share == posted.data["totals"]["sellerShare"]
    assert mart.receiver.writes_off("t-mould", "lot-t-lost", 2, "seller").verdict == "accepted ok"
    assert mart.receiver.returns("t-return", "lot-t-lost", 5).verdict == "accepted ok"
    assert mart.receiver.counts("t-count", "lot-t-lost", -1).verdict == "accepted ok"
    assert mart.receiver.counts("t-count-alone", "lot-t-lost", -1, approved_by=" YOSEF").verdict == "rejected not-allowed"
    assert mart.get("consignment", "/v1/lots/lot-t-lost")["onHand"] == 100 - 3 - 2 - 5 - 1


def test_an_offline_sale_is_recorded_with_its_flags_and_finance_finds_the_seller(mart):
    mart.stocked_product("t-flagged", "s-flagged", units=2)
    reply = mart.cashier.sells("t-offline", ("t-flagged", 3, 9_500), ("t-nobody-knows", 2, 7_777), offline=True)
    assert reply.verdict == "accepted ok"
    sale = mart.client.event("consignment.sale-recorded", "t-offline").data
    assert sale["flags"] == sorted(sale["flags"], key=sale["flags"].index) and set(sale["flags"]) == {
        "out-of-stock", "price-differs", "unknown-product"}
    assert sale["lines"][0]["unallocated"] == 1 and "sellerId" not in sale["lines"][1]
    mart.client.event("settlement.settlement-posted", "t-offline")
    assert mart.finance.assigns("t-assigned", "t-offline", "2", "s-flagged").verdict == "accepted ok"
    told = mart.client.event("settlement.suspense-assigned", "t-offline")
    assert told.data["sellerShare"] == 2 * 7_777 - mart_share(2 * 7_777)
    assert mart.finance.assigns("t-assigned-2", "t-offline", "1", "s-flagged").verdict == "rejected wrong-state"
    mart.stocked_product("t-flagged-too", "s-flagged-too")
    assert mart.finance.reassigns("t-moved", "t-assigned", "s-flagged-too", approved_by="ANA  Kedang").verdict == "rejected not-allowed"
    assert mart.finance.reassigns("t-moved-2", "t-assigned", "s-flagged-too").verdict == "accepted ok"
    moved = mart.client.event("settlement.suspense-reassigned", "t-offline").data
    assert (moved["fromSellerId"], moved["sellerId"], moved["sellerShare"]) == ("s-flagged", "s-flagged-too", told.data["sellerShare"])
    flag = {"resolutionId": "t-resolved", "saleId": "t-offline", "flag": "price-differs", "note": "old list", "resolvedBy": "Maria"}
    assert mart.client.send("consignment.resolve-flag", flag).verdict == "accepted ok"
    mart.client.event("consignment.flag-resolved", "t-offline")


def test_a_permit_that_is_suspended_holds_its_products_back(mart):
    mart.stocked_product("t-held", "s-held")
    assert mart.officer.decides("suspend-permit", "nib-s-held", "a complaint").verdict == "accepted ok"
    held = mart.client.event("catalog.product-held", "t-held")
    assert (held.data["reason"], held.data["missingPermits"]) == ("permit-suspended", ["nib"])
    eventually("Consignment knows it", lambda: mart.get("consignment", "/v1/products/t-held")["state"] == "held")
    refused = mart.cashier.sells("t-held-sale", ("t-held", 1))
    assert refused.verdict == "rejected product-not-listed" and refused.data["details"]["lineId"] == "1"
    assert mart.officer.decides("reinstate-permit", "nib-s-held", "settled").verdict == "accepted ok"
    eventually("it is listed again", lambda: mart.get("consignment", "/v1/products/t-held")["state"] == "listed")
    assert mart.cashier.sells("t-held-sale-2", ("t-held", 1)).verdict == "accepted ok"


def test_a_crowd_at_the_tills(mart):
    """Hundreds of sales and refunds on their way at once, with whatever amounts chance makes; the audit adds them up."""
    chance = random.Random(2026)
    products = [f"t-crowd-{number}" for number in range(5)]
    for product in products:
        mart.stocked_product(product, f"s-{product}", price=chance.randrange(1, 250_000), units=10_000)
    tenders = ["cash", "qris", "transfer", "kkpd"]
    sales = {}
    for number in range(300):
        lines = [(product, chance.randint(1, 9)) for product in chance.sample(products, chance.randint(1, 4))]
        data = mart.cashier.sale(f"t-crowd-sale-{number}", *lines, tender=chance.choice(tenders))
        sales[data["saleId"]] = (data, mart.client.send("consignment.record-sale", data, wait=False))
    assert {reply.verdict for reply in mart.client.replies(key for _, key in sales.values())} == {"accepted ok"}
    keys = []
    for number, (data, _) in enumerate(chance.sample(list(sales.values()), 120)):
        line = chance.choice(data["lines"])
        lines = [(line["lineId"], chance.randint(1, line["quantity"]))]
        refund = mart.cashier.refund(f"t-crowd-refund-{number}", data["saleId"], *lines, restock=chance.random() < 0.7)
        keys.append(mart.client.send("consignment.refund-sale", refund, wait=False))
    assert {reply.verdict for reply in mart.client.replies(keys)} == {"accepted ok"}
