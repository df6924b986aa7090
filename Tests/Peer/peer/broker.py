"""A RabbitMQ to play on: a private node, or the one that AMQP_URL_4 names."""

import pathlib
import subprocess
import threading

import pika

from .contract import Delivery

SCRIPTS = pathlib.Path(__file__).resolve().parents[3] / "scripts"


def start_private_node(folder, environment, *port):
    """Starts the installed RabbitMQ, on a free port unless one is named, and returns its URL; without one it fails."""
    subprocess.run([SCRIPTS / "broker", "start", folder, *port], check=True, env=environment, timeout=120, stdout=subprocess.DEVNULL)
    done = subprocess.run([SCRIPTS / "broker", "url", folder], check=True, env=environment, timeout=10, capture_output=True, text=True)
    return done.stdout.strip()


def stop_private_node(folder, environment):
    subprocess.run([SCRIPTS / "broker", "stop", folder], check=True, env=environment, timeout=60, stdout=subprocess.DEVNULL)


def connect(url, name):
    # Heartbeats need a loop that turns; between two steps of a test nothing does, and the broker is on our own machine.
    parameters = pika.URLParameters(url)
    parameters.heartbeat = 0
    parameters.socket_timeout = parameters.blocked_connection_timeout = 30
    parameters.client_properties = {"connection_name": name}
    return pika.BlockingConnection(parameters)


def version(url):
    with connect(url, "version") as connection:
        return connection._impl.server_properties["version"]


def clear(url, topology):
    """Removes the platform's queues and exchanges, so that a broker that is used again begins empty. Not while somebody uses them."""
    with connect(url, "clear") as connection:
        for queue in topology["queues"]:
            channel = connection.channel()
            try:
                found = channel.queue_declare(queue["name"], passive=True)
            except pika.exceptions.ChannelClosedByBroker:
                continue  # there is none
            assert found.method.consumer_count == 0, f"{queue['name']} is in use: name a virtual host that is there for tests alone"
            channel.queue_delete(queue["name"])
        channel = connection.channel()
        for exchange in topology["exchanges"]:
            channel.exchange_delete(exchange["name"])


class Listener:
    """Receives every event, and the replies to one client, on a connection and a thread of its own."""

    def __init__(self, url, client, topology, may_declare):
        self._connection = connect(url, f"{client} listens")
        self._channel = self._connection.channel()
        # Asserted before the services start: so nothing is missed that they say, from their first word on.
        for exchange in topology["exchanges"]:
            self._channel.exchange_declare(exchange["name"], exchange["type"], durable=exchange["durable"], passive=not may_declare)
        self._arrived = threading.Condition()
        self._events, self._replies = [], []
        for exchange, pattern, list_ in [("mart.events", "#", self._events), ("mart.replies", f"reply.{client}.#", self._replies)]:
            queue = self._channel.queue_declare("", exclusive=True).method.queue
            self._channel.queue_bind(queue, exchange, pattern)
            self._channel.basic_consume(queue, self._receiver(list_), auto_ack=True, exclusive=True)
        self._thread = threading.Thread(target=self._channel.start_consuming, name="listener", daemon=True)
        self._thread.start()

    def _receiver(self, list_):
        def receive(_, method, properties, body):
            with self._arrived:
                list_.append(Delivery(method, properties, body))
                self._arrived.notify_all()

        return receive

    @property
    def events(self):
        with self._arrived:
            return list(self._events)

    @property
    def replies(self):
        with self._arrived:
            return list(self._replies)

    def event(self, what, holds, limit):
        """Waits for the first event that `holds`, also one that came before."""
        return self._first(self._events, what, holds, limit)

    def reply(self, key, limit):
        return self._first(self._replies, f"the reply {key}", lambda reply: reply.routing_key == key, limit)

    def _first(self, list_, what, holds, limit):
        looked = 0

        def found():
            nonlocal looked
            while looked < len(list_):
                looked += 1
                if holds(list_[looked - 1]):
                    return list_[looked - 1]
            return None

        with self._arrived:
            result = self._arrived.wait_for(found, limit)
            seen = "\n".join(repr(delivery) for delivery in list_[-5:])
        assert result is not None, f"{what} did not come within {limit:.0f} s; the last that came:\n{seen}"
        return result

    def close(self):
        self._connection.add_callback_threadsafe(self._channel.stop_consuming)
        self._thread.join(10)
        self._connection.close()
