"""What nobody can act on is parked with its reason, and its neighbours go on."""

import json

import pytest

COMMANDS = ("mart.commands", "catalog.register-seller", {"sellerId": "x", "name": "X", "regency": "53.06"})
EVENTS = ("mart.events", "permits.permit-approved",
          {"permitId": "x", "permitKind": "nib", "sellerId": "x", "number": "1", "validFrom": "2026-01-01", "officer": "M"})


def envelope(name, data, /, **members):
    body = {"specversion": "1.0", "id": "x", "source": "/stranger", "type": f"id.nttmart.{name}.v1", "data": data, **members}
    return json.dumps({key: value for key, value in body.items() if value is not ...}).encode()


def broken_bodies(name, data, limit):
    whole = envelope(name, data)
    return {
        "nothing": (b"", "malformed"),
        "no JSON": (b"hello", "malformed"),
        "a list": (b"[]", "malformed"),
        "cut off": (whole[:-5], "malformed"),
        "a byte order mark": (b"\xef\xbb\xbf" + whole, "malformed"),
        "no UTF-8": (whole.replace(b"stranger", b"\xff\xfe"), "malformed"),
        "a key twice": (whole[:-1] + b',"source":"/b"}', "malformed"),
        "33 deep": (whole[:-1] + b',"more":' + b"[" * 33 + b"]" * 33 + b"}", "malformed"),
        "no id": (envelope(name, data, id=...), "malformed"),
        "no source": (envelope(name, data, source=...), "malformed"),
        "no data": (envelope(name, data, data=...), "malformed"),
        "data that is no object": (envelope(name, [1]), "malformed"),
        "specversion 0.3": (envelope(name, data, specversion="0.3"), "malformed"),
        "a sequence that is a number": (envelope(name, data, sequence=7), "malformed"),
        "an unknown type": (envelope(name, data, type=f"id.nttmart.{name.split('.')[0]}.dance.v1"), "unknown-type"),
        "an unknown version": (envelope(name, data, type=f"id.nttmart.{name}.v9"), "unknown-type"),
        "another service's type": (envelope(name, data, type="id.nttmart.settlement.settlement-posted.v1"), "forged"),
        "too long": (envelope(name, data, more="x" * limit), "over-size"),
    }


CASES = [
    (exchange, name, data, label, body, reason)
    for (exchange, name, data), limit in ((COMMANDS, 64 * 1024), (EVENTS, 1024 * 1024))
    for label, (body, reason) in broken_bodies(name, data, limit).items()
]


@pytest.mark.parametrize("exchange, name, data, label, body, reason", CASES, ids=[f"{case[0]}-{case[3]}" for case in CASES])
def test_it_is_parked_with_its_reason_and_the_next_one_goes_on(mart, exchange, name, data, label, body, reason):
    before = {row["parkedId"] for row in mart.parked("catalog")}
    key = f"reply.peer.poison-{mart.client.new_id()}"
    mart.client.publish(exchange, name, body, reply_to=key if exchange == "mart.commands" else None)
    # A neighbour behind it in the same queue is judged as ever.
    if exchange == "mart.commands":
        reply = mart.client.replies([key])[0]
        assert reply.verdict == "rejected invalid"
        assert mart.seller.registers(f"neighbour-{mart.client.new_id()}").verdict == "accepted ok"
    else:
        neighbour = mart.client.inject(name, {**data, "permitId": mart.client.new_id()})
        assert mart.outcome("catalog", neighbour) == "accepted"
    parked = [row for row in mart.parked("catalog") if row["parkedId"] not in before]
    assert [(row["reason"], row["size"]) for row in parked] == [(reason, len(body))]
    assert parked[0]["error"] and parked[0]["attempts"] >= 1


@pytest.mark.parametrize("content_type", [None, "application/json", "application/cloudevents-batch+json"])
def test_another_content_type_is_parked(mart, content_type):
    before = len(mart.parked("catalog", reason="content-type"))
    exchange, name, data = COMMANDS
    key = f"reply.peer.content-{mart.client.new_id()}"
    body = envelope(name, data, id=mart.client.new_id())
    mart.client.publish(exchange, name, body, content_type=content_type, reply_to=key)
    assert mart.client.replies([key])[0].verdict == "rejected invalid"
    assert len(mart.parked("catalog", reason="content-type")) == before + 1


def test_a_charset_is_fine(mart):
    body = mart.client.body("catalog.register-seller", {"sellerId": "p-charset", "name": "Ü", "regency": "53.06"})
    key = "reply.peer.charset"
    mart.client.publish(
        "mart.commands", "catalog.register-seller", body, content_type="application/cloudevents+json; charset=utf-8", reply_to=key)
    assert mart.client.replies([key])[0].verdict == "accepted ok"


@pytest.mark.parametrize("header", ["CC", "BCC"])
def test_a_message_that_came_by_another_services_key_is_forged(mart, header):
    """The broker's permissions look at the routing key; a copy header gets past them, and not past the service."""
    _, name, data = EVENTS
    before = len(mart.parked("catalog", reason="forged"))
    body = mart.client.body(name, data, {"source": "/stranger"})
    mart.client.publish("mart.events", "console.note", body, headers={header: [name]})
    neighbour = mart.client.inject(name, {**data, "permitId": mart.client.new_id()})
    assert mart.outcome("catalog", neighbour) == "accepted"
    assert len(mart.parked("catalog", reason="forged")) == before + 1


@pytest.mark.parametrize("change", [
    {"permitId": None}, {"permitId": "has space"}, {"permitKind": "nonsense"}, {"sellerId": 5}, {"validFrom": "5 Februari 2026"},
    {"validFrom": "2026-02-30"}, {"number": ["1"]}, {"officer": ""}], ids=str)
def test_an_event_with_wrong_data_is_parked(mart, change):
    _, name, data = EVENTS
    id_ = mart.client.inject(name, {**data, "permitId": mart.client.new_id(), **change})
    row = mart.parked_row("catalog", id_)
    assert row["reason"] == "invalid-data" and row["source"] == "/harness"
    assert json.loads(mart.get("catalog", f"/v1/parked/{row['parkedId']}")["body"])["id"] == id_


def test_a_person_discards_what_is_parked_and_a_dry_run_says_what_that_would_be(mart):
    _, name, data = EVENTS
    id_ = mart.client.inject(name, {**data, "permitKind": "nonsense"})
    parked_id = mart.parked_row("catalog", id_)["parkedId"]
    order = {"parkedIds": [parked_id], "by": "Ana", "reason": "a test"}
    assert mart.client.send("catalog.discard-parked", {**order, "dryRun": True}).verdict == "accepted ok"
    assert len(mart.parked("catalog", id=id_)) == 1
    assert mart.client.send("catalog.discard-parked", order).verdict == "accepted ok"
    assert mart.parked("catalog", id=id_) == []
