import CRabbitMQ

extension NativeConnection {
    /// Declares without waiting for an answer, which the broker then does not send: for connections on which deliveries come in.
    /// A refusal arrives as the end of the channel, like any other.
    func assert(_ declaration: Declaration) throws(RabbitMQError) {
        arena.reset()
        switch declaration {
        case .exchange(let name, let type, let passive):
            var method = amqp_exchange_declare_t(
                ticket: 0, exchange: arena.bytes(name), type: arena.bytes(type), passive: passive ? 1 : 0, durable: 1, auto_delete: 0,
                internal: 0, nowait: 1, arguments: amqp_table_t())
            try send(CRABBITMQ_EXCHANGE_DECLARE, &method, "declaring exchange \(name)")
        case .queue(let name, let arguments, let passive):
            var method = amqp_queue_declare_t(
                ticket: 0, queue: arena.bytes(name), passive: passive ? 1 : 0, durable: 1, exclusive: 0, auto_delete: 0, nowait: 1,
                arguments: arena.table(arguments))
            try send(CRABBITMQ_QUEUE_DECLARE, &method, "declaring queue \(name)")
        case .binding(let queue, let exchange, let routingKey):
            var method = amqp_queue_bind_t(
                ticket: 0, queue: arena.bytes(queue), exchange: arena.bytes(exchange), routing_key: arena.bytes(routingKey), nowait: 1,
                arguments: amqp_table_t())
            try send(CRABBITMQ_QUEUE_BIND, &method, "binding queue \(queue) to \(exchange) by \(routingKey)")
        }
    }

    private func send(_ number: Int, _ method: UnsafeMutableRawPointer, _ action: String) throws(RabbitMQError) {
        try check(amqp_send_method(handle, Self.channel, amqp_method_number_t(number), method), action)
    }
}
