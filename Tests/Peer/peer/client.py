"""How a stranger speaks: commands with or without a place for the reply, facts in the place of a service, and bytes of any form."""

import itertools
import json

import pika

from .broker import Listener, connect
from .contract import CONTENT_TYPE, REPLY, Delivery, type_of
from .waiting import LIMIT

_ABSENT = object()


class Client:
    def __init__(self, url, contract, name="peer", may_declare=True):
        self.contract, self.name = contract, name
        self.listener = Listener(url, name, contract.topology, may_declare)
        self._connection = connect(url, name)
        self._channel = self._connection.channel()
        # From now on publishing returns when the broker has taken the message.
        self._channel.confirm_delivery()
        self._numbers = itertools.count(1)

    def new_id(self, word="m"):
        return f"{word}-{self.name}-{next(self._numbers)}"

    @property
    def events(self):
        return self.listener.events

    def event(self, name, subject=None, limit=LIMIT, **data):
        """Waits for the event of that name, about that subject, whose data has these members."""

        def is_it(event):
            return event.name == name and subject in (None, event.subject) and all(event.data.get(key) == data[key] for key in data)

        return self.listener.event(f"{name} {subject or ''} {data or ''}", is_it, limit)

    def count(self, name, subject):
        """How many different events of that name there were about the subject."""
        return len({event.id for event in self.events if event.name == name and event.subject == subject and event.is_of_service})

    # Commands

    def send(self, name, data, *, wait=True, envelope=None, reply_to=None, **properties):
        """Sends a command that asks for a reply, and waits for it; `wait=False` returns the key under which it will come."""
        key = reply_to or f"reply.{self.name}.{next(self._numbers)}"
        body = self.body(name, data, envelope)
        self.publish("mart.commands", name, body, reply_to=key, **properties)
        if not wait:
            return key
        reply = self.listener.reply(key, LIMIT)
        asked = properties.get("correlation_id") or json.loads(body)["id"]
        assert reply.properties.correlation_id == asked, f"{reply.properties.correlation_id} where {asked} was asked: {reply!r}"
        return reply

    def tell(self, name, data, envelope=None):
        """Sends a command that asks for no reply, and returns its id."""
        body = self.body(name, data, envelope)
        self.publish("mart.commands", name, body)
        return json.loads(body)["id"]

    def replies(self, keys):
        return [self.listener.reply(key, LIMIT) for key in keys]

    # Facts

    def inject(self, name, data, *, envelope=None, regency=None):
        """Publishes an event, as a harness would that plays the service, and returns its id."""
        body = self.body(name, data, {"source": "/harness", **(envelope or {})})
        self.publish("mart.events", name + (f".{regency}" if regency else ""), body)
        return json.loads(body)["id"]

    # Anything

    def body(self, name, data, envelope=None):
        """The bytes of a message with the required members, and these; None leaves one out."""
        members = {"specversion": "1.0", "id": self.new_id(), "source": "/peer", "type": type_of(name), **(envelope or {}), "data": data}
        return json.dumps({key: value for key, value in members.items() if value is not None}).encode()

    def publish(self, exchange, routing_key, body, *, content_type=CONTENT_TYPE, mandatory=True, **properties):
        """Publishes bytes; the broker has them when this returns, and a message that no queue takes raises."""
        self._channel.basic_publish(
            exchange, routing_key, body, pika.BasicProperties(content_type=content_type, delivery_mode=2, **properties), mandatory)

    # Other places for replies

    def ask_directly(self, name, data):
        """By RabbitMQ's direct reply-to: no queue is declared, and the reply comes on the channel that asked."""
        return self._ask("amq.rabbitmq.reply-to", name, data)

    def ask_by_own_queue(self, name, data):
        """To a queue that the broker named."""
        return self._ask(self.own_queue(), name, data)

    def own_queue(self):
        return self._channel.queue_declare("", exclusive=True).method.queue

    def _ask(self, queue, name, data):
        found = []
        tag = self._channel.basic_consume(queue, lambda *delivery: found.append(Delivery(*delivery[1:])), auto_ack=True)
        body = self.body(name, data)
        self.publish("mart.commands", name, body, reply_to=queue)
        self._connection.process_data_events(time_limit=0)
        while not found:
            before = len(found)
            self._connection.process_data_events(time_limit=LIMIT)
            assert len(found) > before, f"no reply came to {queue} within {LIMIT:.0f} s"
        self._channel.basic_cancel(tag)
        reply = found[0]
        assert reply.body["type"] == REPLY and reply.properties.correlation_id == json.loads(body)["id"]
        return reply

    def ready_messages(self, queue):
        """How many messages wait in a queue and are on their way to nobody."""
        with connect_channel(self._connection) as channel:
            return channel.queue_declare(queue, passive=True).method.message_count

    def close(self):
        self.listener.close()
        self._connection.close()


class connect_channel:
    """A channel for one question, so that a refusal does not close the one that publishes."""

    def __init__(self, connection):
        self._channel = connection.channel()

    def __enter__(self):
        return self._channel

    def __exit__(self, *_):
        if self._channel.is_open:
            self._channel.close()
