"""A message at a time: transaction, publish and wait for the confirm, acknowledge.

    one_by_one.py URL STORE PREFETCH

With PREFETCH 1 this is what RabbitMQ's tutorials for Python and pika's examples teach.
"""

import signal
import sys

import pika
from settling import Store

store = Store(sys.argv[2])
connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
channel = connection.channel()
channel.confirm_delivery()
channel.basic_qos(prefetch_count=int(sys.argv[3]))


def on_sale(channel, method, _properties, body):
    for key, properties, event in store.settle([body]):
        channel.basic_publish("mart.events", key, event, properties, mandatory=True)
    channel.basic_ack(method.delivery_tag)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
channel.basic_consume("settlement.events", on_sale)
channel.start_consuming()
