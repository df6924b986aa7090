import Logging
import RabbitMQ
import SaleMaker
import Synchronization

extension Lab {
    /// Publishes sales to Settlement's queue, confirmed.
    func fill(_ count: Int, _ sales: inout SaleMaker) throws {
        let left = Mutex(0)
        let logger = Logger(label: "fill") { _ in SwiftLogNoOpLogHandler() }
        let publisher = RabbitMQPublisher(
            configuration: configuration, logger: logger,
            onSettled: { settlements in
                precondition(settlements.allSatisfy { $0.outcome == .confirmed }, "a sale was not taken: \(settlements[0].outcome)")
                left.withLock { $0 -= settlements.count }
            })
        publisher.start()
        while true {
            if case .connected = publisher.state { break }
            pause(milliseconds: 5)
        }
        var made = 0
        while made < count {
            let batch = (0..<min(1000, count - made)).map { _ in (token: UInt64(0), message: Self.message(sales.next())) }
            made += batch.count
            left.withLock { $0 += batch.count }
            publisher.enqueue(batch)
            while left.withLock({ $0 }) > 8000 { pause(milliseconds: 1) }
        }
        while left.withLock({ $0 }) > 0 { pause(milliseconds: 1) }
    }

    private static func message(_ sale: (id: String, body: [UInt8], traceparent: String)) -> OutgoingMessage {
        OutgoingMessage(
            exchange: "mart.events", routingKey: "consignment.sale-recorded.\(SaleMaker.regency)", body: sale.body,
            properties: MessageProperties(
                contentType: "application/cloudevents+json", messageId: sale.id, type: "id.nttmart.consignment.sale-recorded.v1",
                correlationId: sale.id, appId: "consignment", deliveryMode: 2, headers: ["traceparent": .string(sale.traceparent)]))
    }
}
