"""The broker of the secured compose stack, as `deploy/make-keys` sets it up: everybody can do what they must, and nothing else."""

import re
import shlex
import subprocess
import types

import pika
import pytest

from peer import broker, stack
from peer.client import Client
from peer.contract import CONTENT_TYPE, Delivery
from peer.mart import Mart

ROOT = broker.SCRIPTS.parent


@pytest.fixture(scope="module")
def secured(contract, programs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("secured")
    guard = stack.ProcessGuard(folder)
    try:
        yield from _running(contract, programs, folder, guard.environment)
    finally:
        guard.close()


def _running(contract, programs, folder, environment):
    port = subprocess.run([ROOT / "scripts/free-port"], check=True, capture_output=True, text=True, timeout=30).stdout.strip()
    keys = folder / "keys"
    subprocess.run([ROOT / "deploy/make-keys", keys, ROOT / "docs/topology.json", f"127.0.0.1:{port}"], check=True, timeout=30)
    broker.start_private_node(folder / "broker", {**environment, "BROKER_DEFINITIONS": str(keys / "rabbitmq")}, port)

    def url(user):
        return (keys / user / "url").read_text().strip()

    client = Client(url("martctl"), contract, name="martctl", may_declare=False)
    services = stack.start_services(
        folder, environment, programs, lambda name: {"AMQP_URL_FILE": str(keys / name / "url"), "REPLY_TO_QUEUES": "off"})
    yield types.SimpleNamespace(mart=Mart(client, services, url("martctl"), None), url=url, port=port, folder=folder, environment=environment)
    assert {service.stop() for service in services.values()} == {0}
    client.close()
    broker.stop_private_node(folder / "broker", environment)


def test_the_whole_way_works_with_the_least_rights(secured):
    mart = secured.mart
    mart.stocked_product("e-product", "e-seller", price=12_345)
    assert mart.cashier.sells("e-sale", ("e-product", 2)).verdict == "accepted ok"
    mart.client.event("settlement.settlement-posted", "e-sale")
    assert mart.balance("e-seller")["payable"] == 24_690 - 2_469
    assert mart.new_faults() == []


def test_a_second_instance_is_still_refused(secured, programs, tmp_path):
    port = subprocess.run([ROOT / "scripts/free-port"], check=True, capture_output=True, text=True, timeout=30).stdout.strip()
    environment = {"AMQP_URL": secured.url("catalog"), "DATA_DIR": str(tmp_path), "HTTP_PORT": port}
    done = subprocess.run([programs / "catalog"], env=environment, timeout=120, capture_output=True, check=False)
    assert done.returncode == 69, done.stderr


def test_there_is_no_guest(secured):
    with pytest.raises(pika.exceptions.AMQPConnectionError):
        broker.connect(f"amqp://guest:guest@127.0.0.1:{secured.port}/%2f", "guest")


def publishing(exchange, key):
    def act(channel):
        channel.confirm_delivery()
        channel.basic_publish(exchange, key, b"{}")

    return f"publishes to {exchange or 'the default exchange'} as {key}", act


def consuming(queue):
    def act(channel):
        channel.basic_consume(queue, lambda *_: None)

    return f"consumes {queue}", act


def binding(exchange, key):
    def act(channel):
        channel.queue_bind(channel.queue_declare("", exclusive=True).method.queue, exchange, key)

    return f"listens to {key} on {exchange}", act


def others(name, *arguments, **options):
    return f"{name} {arguments}", lambda channel: getattr(channel, name)(*arguments, **options)


REFUSED = {
    "catalog": [
        publishing("mart.events", "permits.permit-approved"), publishing("mart.events", "settlement.settlement-posted.53.06"),
        publishing("mart.commands", "permits.approve-permit"), publishing("mart.replies", "other.key"),
        publishing("", "settlement.commands"), publishing("mart.dead", "settlement"), consuming("permits.commands"),
        consuming("settlement.dead"), binding("mart.events", "#"), others("queue_declare", "mine"), others("queue_purge", "permits.commands"),
        others("queue_delete", "catalog.commands"), others("exchange_delete", "mart.events"),
        others("queue_bind", "catalog.commands", "mart.commands", "permits.#"),
    ],
    "martctl": [
        publishing("mart.events", "permits.permit-approved"), publishing("", "catalog.commands"), publishing("mart.replies", "reply.martctl.x"),
        consuming("catalog.commands"), binding("mart.replies", "reply.till-1.#"), binding("mart.replies", "#"),
        others("queue_purge", "catalog.commands"), others("queue_declare", "mine"), others("exchange_declare", "mine"),
    ],
}


@pytest.mark.parametrize("user, what, act", [(user, *case) for user, cases in REFUSED.items() for case in cases])
def test_refused(secured, user, what, act):
    with broker.connect(secured.url(user), f"{user} {what}") as connection:
        with pytest.raises(pika.exceptions.ChannelClosedByBroker) as refusal:
            act(connection.channel())
    assert refusal.value.reply_code == 403


def test_a_till_gets_its_user_as_the_page_about_it_says(secured):
    page = (ROOT / "docs/decisions/0008-secured-stack.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$secured exec rabbitmq rabbitmqctl (.*)$", page, re.M)
    assert len(commands) == 5
    for command in commands:
        control = [str(ROOT / "scripts/broker"), "control", str(secured.folder / "broker"), *shlex.split(command)]
        subprocess.run(control, check=True, env=secured.environment, timeout=60, stdout=subprocess.DEVNULL)
    url = f"amqp://till-1:its%20password@127.0.0.1:{secured.port}/%2f"
    with broker.connect(url, "till") as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "mart.replies", "reply.till-1.#")
        body = secured.mart.client.body("consignment.record-sale", secured.mart.cashier.sale("e-till", ("e-none", 1)))
        properties = pika.BasicProperties(content_type=CONTENT_TYPE, reply_to="reply.till-1.1")
        channel.basic_publish("mart.commands", "consignment.record-sale", body, properties, mandatory=True)
        reply = next(Delivery(*delivery) for delivery in channel.consume(queue, auto_ack=True))
        assert reply.verdict == "rejected not-found"
    for _, act in [publishing("mart.commands", "catalog.change-price"), binding("mart.replies", "reply.martctl.#"), binding("mart.events", "#")]:
        with broker.connect(url, "till") as connection:
            with pytest.raises(pika.exceptions.ChannelClosedByBroker) as refusal:
                act(connection.channel())
        assert refusal.value.reply_code == 403


def test_a_reply_to_a_queue_is_not_sent(secured):
    """Writing to the default exchange would be writing to every queue."""
    client = secured.mart.client
    queue = client.own_queue()
    body = client.body("catalog.register-seller", {"sellerId": "e-queue", "name": "Q", "regency": "53.06"})
    client.publish("mart.commands", "catalog.register-seller", body, reply_to=queue)
    client.event("catalog.seller-registered", "e-queue")
    secured.mart.open()
    assert client.ready_messages(queue) == 0
    assert secured.mart.get("catalog", "/readyz")["status"] == "ready"
