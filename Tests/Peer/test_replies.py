"""Where answers go, and where a no goes when nobody asked for an answer."""

import json

import pytest

from peer.mart import Cashier

SELLER = {"name": "Reply", "regency": "53.06"}


def test_a_reply_comes_under_the_key_that_was_asked_for_with_the_same_correlation_id(mart):
    reply = mart.client.send(
        "catalog.register-seller", {"sellerId": "r-key", **SELLER}, reply_to="reply.peer.till-4.any.thing", correlation_id="till-4:17")
    assert reply.exchange == "mart.replies"
    assert (reply.verdict, reply.data["subject"], reply.properties.correlation_id) == ("accepted ok", "r-key", "till-4:17")
    # Any GET after the reply shows the effect.
    assert mart.get("catalog", "/v1/sellers/r-key")["name"] == "Reply"


def test_without_a_correlation_id_it_is_the_commands_own_id(mart):
    reply = mart.client.send("catalog.register-seller", {"sellerId": "r-own", **SELLER}, envelope={"id": "r-own-id"})
    assert reply.properties.correlation_id == "r-own-id"


def test_a_reply_comes_by_direct_reply_to(mart):
    reply = mart.client.ask_directly("catalog.register-seller", {"sellerId": "r-direct", **SELLER})
    assert reply.verdict == "accepted ok"
    assert mart.contract.faults_of_delivery(reply) == []


def test_a_reply_comes_to_a_queue_that_the_broker_named(mart):
    reply = mart.client.ask_by_own_queue("catalog.register-seller", {"sellerId": "r-queue", **SELLER})
    assert reply.verdict == "accepted ok"
    assert mart.contract.faults_of_delivery(reply) == []


@pytest.mark.parametrize("place", ["settlement.commands", "my-own-queue", "mart.events", "reply", "#"])
def test_to_any_other_place_no_reply_goes_and_the_command_is_judged_all_the_same(mart, place):
    seller = f"r-place-{len(place)}-{place[:1].replace('#', 'hash')}"
    parked = len(mart.parked("settlement"))
    body = mart.client.body("catalog.register-seller", {"sellerId": seller, **SELLER})
    mart.client.publish("mart.commands", "catalog.register-seller", body, reply_to=place)
    mart.client.event("catalog.seller-registered", seller)
    # Whatever Catalog publishes after it comes after it: the next answer is the next one.
    mart.open()
    assert not [reply for reply in mart.client.listener.replies if reply.data.get("subject") == seller]
    assert len(mart.parked("settlement")) == parked


@pytest.mark.parametrize(
    "name, data, details",
    [
        ("catalog.change-price", {"productId": "r-none", "price": 100}, {}),
        ("permits.refuse-permit", {"permitId": "r-none", "reason": "x", "officer": "M"}, {}),
        ("consignment.record-sale", Cashier.sale("r-rejected", ("r-nobody-knows", 1)), {"lineId": "1"}),
        ("settlement.assign-suspense", {"assignmentId": "r", "saleId": "r-none", "lineId": "1", "sellerId": "s", "assignedBy": "A"}, {}),
    ])
def test_a_rejection_that_nobody_asked_for_is_an_event(mart, name, data, details):
    service = name.split(".")[0]
    command = mart.client.tell(name, data)
    rejected = mart.client.event(f"{service}.command-rejected", commandId=command)
    assert (rejected.data["status"], rejected.data["code"]) == ("rejected", "not-found")
    assert rejected.data["commandSource"] == "/peer" and rejected.data["commandType"] == f"id.nttmart.{name}.v1"
    assert rejected.data["details"] | details | {"retriable": True} == rejected.data["details"]
    assert rejected.body["causationid"] == command
    assert mart.outcome(service, command) == "rejected"


def test_an_acceptance_that_nobody_asked_for_is_only_what_follows_from_it(mart):
    command = mart.client.tell("catalog.register-seller", {"sellerId": "r-quiet", **SELLER})
    assert mart.outcome("catalog", command) == "accepted"
    mart.client.event("catalog.seller-registered", "r-quiet")
    assert not [event for event in mart.client.events if event.data.get("commandId") == command]


@pytest.mark.parametrize(
    "name, data, code, field",
    [
        ("catalog.register-seller", {"sellerId": "r-x", "regency": "53.06"}, "invalid", "name"),
        ("catalog.register-seller", {"sellerId": "has space", **SELLER}, "invalid", "sellerId"),
        ("catalog.register-seller", {"sellerId": "r-x", "name": "X", "regency": "99.99"}, "invalid", "regency"),
        ("catalog.change-price", {"productId": "r-none", "price": 0}, "invalid", "price"),
        ("catalog.change-price", {"productId": "r-none", "price": 100}, "not-found", None),
        ("permits.approve-permit", {"permitId": "r-none", "number": "1", "validFrom": "2026-01-01", "officer": "M"}, "not-found", None),
        ("consignment.refund-sale", {"refundId": "r", "saleId": "r-none", "lines": [{"lineId": "1", "quantity": 1}], "reason": "x",
                                     "restock": True}, "not-found", None),
        ("consignment.receive-goods", {"lotId": "r", "regency": "53.06", "productId": "p", "quantity": 2, "offered": 1}, "invalid", None),
        ("settlement.assign-suspense", {"assignmentId": "r", "saleId": "r-none", "lineId": "1", "sellerId": "s", "assignedBy": "A"},
         "not-found", None),
    ])
def test_a_no_says_why(mart, name, data, code, field):
    reply = mart.client.send(name, data)
    assert reply.verdict == f"rejected {code}"
    assert reply.data["message"] and (field is None or reply.data["details"]["field"] == field)


def test_numbers_that_are_no_integer_tokens_are_invalid(mart):
    for text in ("5.0", "1e3", "-1", "9007199254740992", "true", '"5"'):
        body = mart.client.body("catalog.change-price", {"productId": "r-none", "price": 4242}).replace(b"4242", text.encode())
        key = f"reply.peer.number-{mart.client.new_id()}"
        mart.client.publish("mart.commands", "catalog.change-price", body, reply_to=key)
        reply = mart.client.replies([key])[0]
        assert (reply.verdict, reply.data["details"]["field"]) == ("rejected invalid", "price"), text
        assert json.loads(body)["id"] == reply.properties.correlation_id
