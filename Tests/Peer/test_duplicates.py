"""The same thing said again, and another thing said under its name."""


def seller(id_, name="A"):
    return {"sellerId": id_, "name": name, "regency": "53.06"}


def test_a_command_sent_again_gets_its_first_answer_at_the_new_address(mart):
    envelope = {"id": "d-again"}
    body = mart.client.body("catalog.register-seller", seller("d-again"), envelope)
    keys = [f"reply.peer.d-again-{number}" for number in range(3)]
    for key in keys:
        mart.client.publish("mart.commands", "catalog.register-seller", body, reply_to=key)
    replies = mart.client.replies(keys)
    assert {reply.raw for reply in replies} == {replies[0].raw} and replies[0].verdict == "accepted ok"
    # Something later of the same service has come: so has everything before it.
    mart.seller.registers("d-after")
    mart.client.event("catalog.seller-registered", "d-after")
    assert mart.client.count("catalog.seller-registered", "d-again") == 1


def test_the_same_message_id_with_another_body_is_a_conflict(mart):
    assert mart.client.send("catalog.register-seller", seller("d-one"), envelope={"id": "d-id"}).verdict == "accepted ok"
    assert mart.client.send("catalog.register-seller", seller("d-two"), envelope={"id": "d-id"}).verdict == "rejected conflict"
    assert mart.status_of("catalog", "/v1/sellers/d-two") == 404
    # Of another source it is another message.
    assert mart.client.send("catalog.register-seller", seller("d-two"), envelope={"id": "d-id", "source": "/b"}).verdict == "accepted ok"


def test_a_business_key_is_taken_for_ever_by_what_was_accepted(mart):
    assert mart.client.send("catalog.register-seller", seller("d-key")).verdict == "accepted ok"
    same = {"regency": "53.06", "phone": None, "sellerId": "d-key", "name": "A", "unheardOf": [1]}
    assert mart.client.send("catalog.register-seller", same).verdict == "duplicate ok"
    assert mart.client.send("catalog.register-seller", seller("d-key", "B")).verdict == "rejected conflict"


def test_a_rejected_command_claims_only_its_message_id(mart):
    mart.stocked_product("d-stock", "s-d-stock", units=5)
    refused = mart.client.send("consignment.record-sale", mart.cashier.sale("d-sale", ("d-stock", 6)), envelope={"id": "d-sale-1"})
    assert refused.verdict == "rejected out-of-stock"
    again = mart.client.send("consignment.record-sale", mart.cashier.sale("d-sale", ("d-stock", 6)), envelope={"id": "d-sale-1"})
    assert again.raw == refused.raw
    assert mart.cashier.sells("d-sale", ("d-stock", 5)).verdict == "accepted ok"
    assert mart.cashier.sells("d-sale", ("d-stock", 5)).verdict == "duplicate ok"
    assert mart.cashier.sells("d-sale", ("d-stock", 4)).verdict == "rejected conflict"
    assert mart.get("consignment", "/v1/lots/lot-d-stock")["onHand"] == 0
    mart.client.event("settlement.settlement-posted", "d-sale")
    assert mart.client.count("settlement.settlement-posted", "d-sale") == 1


def test_a_transition_into_the_state_it_is_in_is_a_duplicate_by_the_same_data(mart):
    mart.officer.grants("d-permit", "nib", "s-d-permit")
    assert mart.officer.approves("d-permit").verdict == "duplicate ok"
    assert mart.officer.approves("d-permit", number="9999999999999").verdict in ("rejected wrong-state", "rejected conflict")
    assert mart.officer.decides("refuse-permit", "d-permit", "too late").verdict == "rejected wrong-state"


def test_a_sale_is_settled_once_whatever_is_said_about_it_again(mart):
    def sale(id_, net=10_000):
        line = {"lineId": "1", "productId": "d-p", "sellerId": "s-d-once", "quantity": 1, "unitPrice": net, "net": net, "flags": [],
                "unallocated": 1, "lots": []}
        return {"saleId": id_, "regency": "53.06", "till": "t", "soldAt": "2026-02-06T01:00:00Z", "tender": "cash", "offline": False,
                "flags": [], "lines": [line], "total": net}

    parked = len(mart.parked("settlement", reason="conflict"))
    body = mart.client.body("consignment.sale-recorded", sale("d-once"), {"id": "d-once-1", "source": "/harness"})
    for _ in range(3):
        mart.client.publish("mart.events", "consignment.sale-recorded.53.06", body)
    assert mart.outcome("settlement", "d-once-1") == "accepted"
    same = mart.client.inject("consignment.sale-recorded", sale("d-once"))
    assert mart.outcome("settlement", same) == "duplicate"
    # Another amount under the sale's name; another sale under the message's.
    mart.client.inject("consignment.sale-recorded", sale("d-once", 20_000))
    mart.client.inject("consignment.sale-recorded", sale("d-other"), envelope={"id": "d-once-1"})
    last = mart.client.inject("consignment.sale-recorded", sale("d-last"))
    assert mart.outcome("settlement", last) == "accepted"
    assert len(mart.parked("settlement", reason="conflict")) == parked + 2
    assert mart.status_of("settlement", "/v1/settlements/d-other") == 404
    assert mart.balance("s-d-once")["payable"] == 18_000
    mart.client.event("settlement.settlement-posted", "d-last")
    assert mart.client.count("settlement.settlement-posted", "d-once") == 1
