// Settling sales with amqp091-go and go-sqlite3.
//
//	go-settle URL STORE BATCH PREFETCH
//
// BATCH 1: a message at a time: transaction, publish, wait for the confirm, acknowledge when all is done. With PREFETCH 1 this is what the examples
// of amqp091-go and RabbitMQ's tutorials for Go teach.
// BATCH above: what is there, up to so many: one transaction, one acknowledgement, all publishes, then all confirms.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"

	amqp "github.com/rabbitmq/amqp091-go"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func publish(channel *amqp.Channel, event outgoing) {
	must(channel.PublishWithContext(context.Background(), "mart.events", event.routingKey, true, false,
		amqp.Publishing{
			ContentType: "application/cloudevents+json", DeliveryMode: amqp.Persistent, MessageId: event.id, Type: postedType,
			CorrelationId: event.correlationId, AppId: "settlement", Headers: amqp.Table{"traceparent": event.traceParent}, Body: event.body,
		}))
}

func main() {
	s, err := openStore(os.Args[2])
	must(err)
	open := func() *amqp.Channel {
		connection, err := amqp.Dial(os.Args[1])
		must(err)
		channel, err := connection.Channel()
		must(err)
		return channel
	}
	consumer, publisher := open(), open()
	must(publisher.Confirm(false))
	batch, err := strconv.Atoi(os.Args[3])
	must(err)
	prefetch, err := strconv.Atoi(os.Args[4])
	must(err)
	// Not deferred confirmations: in version 1.5.0 one that comes before its registration is lost.
	confirmations := publisher.NotifyPublish(make(chan amqp.Confirmation, batch))
	must(consumer.Qos(prefetch, 0, false))
	deliveries, err := consumer.Consume("settlement.events", "", false, false, false, false, nil)
	must(err)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	bodies := make([][]byte, 0, batch)
	for {
		select {
		case <-stop:
			return
		case delivery, isOpen := <-deliveries:
			if !isOpen {
				log.Fatal("the channel was closed")
			}
			bodies = append(bodies[:0], delivery.Body)
			// The library hands over one delivery at a time: its goroutine must get to run before the next is there.
			for idle := 0; idle < 100 && len(bodies) < batch; {
				select {
				case delivery = <-deliveries:
					bodies = append(bodies, delivery.Body)
					idle = 0
				default:
					idle++
					runtime.Gosched()
				}
			}
			events, err := s.settle(bodies)
			must(err)
			if batch > 1 {
				must(delivery.Ack(true))
			}
			for _, event := range events {
				publish(publisher, event)
			}
			for range events {
				if confirmation := <-confirmations; !confirmation.Ack {
					log.Fatal("nacked")
				}
			}
			if batch == 1 {
				must(delivery.Ack(false))
			}
		}
	}
}
