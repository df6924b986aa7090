"""Up to 1,000 at a time, as fast as pika goes: its asynchronous connection, one transaction, one acknowledgement, confirms in the background.

    batched.py URL STORE
"""

import signal
import sys

import pika
from settling import Store

BATCH = 1000


class Settling:
    def __init__(self, url, path):
        self.store = Store(path)
        self.waiting, self.unconfirmed, self.published, self.is_due = [], set(), 0, False
        self.connection = pika.SelectConnection(pika.URLParameters(url), on_open_callback=self.on_connected)

    def on_connected(self, connection):
        connection.channel(on_open_callback=self.on_channel)

    def on_channel(self, channel):
        self.channel = channel
        channel.confirm_delivery(self.on_confirm)
        channel.basic_qos(prefetch_count=2 * BATCH)
        channel.basic_consume("settlement.events", self.on_sale)

    def on_sale(self, _channel, method, _properties, body):
        self.waiting.append((method.delivery_tag, body))
        if not self.is_due and not self.unconfirmed:
            self.is_due = True
            # After what has arrived has been read.
            self.connection.ioloop.call_later(0, self.settle)

    def settle(self):
        self.is_due = False
        batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
        if not batch:
            return
        events = self.store.settle([body for _, body in batch])
        self.channel.basic_ack(batch[-1][0], multiple=True)
        for key, properties, event in events:
            self.published += 1
            self.unconfirmed.add(self.published)
            self.channel.basic_publish("mart.events", key, event, properties, mandatory=True)

    def on_confirm(self, frame):
        confirm = frame.method
        assert isinstance(confirm, pika.spec.Basic.Ack), "nacked"
        if confirm.multiple:
            self.unconfirmed = {tag for tag in self.unconfirmed if tag > confirm.delivery_tag}
        else:
            self.unconfirmed.discard(confirm.delivery_tag)
        if not self.unconfirmed and self.waiting:
            self.settle()


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
Settling(sys.argv[1], sys.argv[2]).connection.ioloop.start()
