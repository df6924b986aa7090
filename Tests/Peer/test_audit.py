"""The auditor, over everything that the other tests have made happen; and what the auditor is worth."""

import copy

import pytest

from peer import auditor


@pytest.fixture(scope="module")
def stream(mart):
    """Every event from the first one on, when nothing is on its way any more. A little trade, if this module runs alone."""
    mart.stocked_product("u-product", "s-u", price=12_345)
    for number in range(3):
        assert mart.cashier.sells(f"u-sale-{number}", ("u-product", 3)).verdict == "accepted ok"
    assert mart.cashier.refunds("u-refund", "u-sale-0", ("1", 1)).verdict == "accepted ok"
    assert mart.receiver.writes_off("u-lost", "lot-u-product", 1, "mart").verdict == "accepted ok"
    mart.wait_until_quiet()
    return mart.client.events


def test_shares_balances_and_sequences_recomputed_from_the_events_agree_with_what_the_services_say(mart, stream):
    assert auditor.audit(stream) == []
    assert auditor.compare(stream, mart) == []
    assert mart.get("settlement", "/v1/ledger/trial-balance")["sum"] == 0


def test_nothing_is_left_anywhere(mart, stream):
    assert {name: mart.get(name, "/v1/status")["outboxPending"] for name in mart.services} == dict.fromkeys(mart.services, 0)
    assert mart.items("settlement", "/v1/settlements/waiting") == []
    for service in mart.services:
        status, answer = mart.status_and_answer(service, "/readyz")
        assert (status, answer["reasons"]) == (200, []), service
        assert not mart.parked(service, reason="poison") and not mart.parked(service, reason="inconsistent")


@pytest.mark.whole_suite
def test_every_event_that_is_published_in_the_documents_was_seen(mart, stream):
    seen = {event.name for event in stream if event.is_of_service}
    for service in mart.services:
        assert mart.contract.events_of(service) - seen == set()


def test_the_dead_letter_queues_are_empty(mart, stream):
    assert {queue["name"]: mart.client.ready_messages(queue["name"]) for queue in mart.contract.topology["queues"]
            if queue["name"].endswith(".dead")} == {f"{service}.dead": 0 for service in mart.services}


def one_rupiah_more(events):
    target = next(event for event in events if event.name == "settlement.settlement-posted")
    target.data["lines"][0]["sellerShare"] += 1


def a_settlement_missing(events):
    events.remove(next(event for event in events if event.name == "settlement.settlement-posted"))


def a_settlement_twice(events):
    twin = copy.deepcopy(next(event for event in events if event.name == "settlement.settlement-posted"))
    twin.body["id"], twin.body["sequence"] = "another", f"{10 ** 6:020}"
    events.append(twin)


def a_reversal_of_too_little(events):
    target = next(event for event in events if event.name == "settlement.settlement-reversed")
    target.data["lines"][0]["net"] -= 1


def a_total_of_its_own(events):
    target = next(event for event in events if event.name == "settlement.settlement-posted")
    target.data["totals"]["martShare"] += 1


def two_in_the_wrong_order(events):
    own = [place for place, event in enumerate(events) if event.source == "/catalog"]
    events[own[0]], events[own[1]] = events[own[1]], events[own[0]]


def a_cheaper_line(events):
    target = next(event for event in events if event.name == "consignment.sale-recorded" and event.source == "/consignment")
    target.data["lines"][0]["net"] -= 1


@pytest.mark.parametrize("tamper", [
    one_rupiah_more, a_settlement_missing, a_settlement_twice, a_reversal_of_too_little, a_total_of_its_own, two_in_the_wrong_order,
    a_cheaper_line])
def test_the_auditor_sees(stream, tamper):
    events = copy.deepcopy(stream)
    assert auditor.audit(events) == []
    tamper(events)
    assert auditor.audit(events) != []


@pytest.mark.parametrize("net, mart_share", [(0, 0), (1, 0), (9, 0), (10, 1), (12_345, 1_234), (9_007_199_254_740_991, 900_719_925_474_099)])
def test_the_mart_keeps_a_tenth_rounded_down(net, mart_share):
    assert auditor.mart_share(net) == mart_share
