public import RabbitMQ

extension InMemoryBroker {
    // MARK: Publishing

    /// A message that has arrived at the broker, in the order in which it was written.
    public func publish(_ message: OutgoingMessage, on channel: ChannelId) {
        guard channels[channel] != nil else { return }
        if isBlocked {
            // Only who publishes is told, and nothing more is read from it.
            if channels[channel]?.isToldBlocked == false {
                channels[channel]?.isToldBlocked = true
                channels[channel]?.events.append(.blocked)
            }
            channels[channel]?.held.append(message)
            return
        }
        guard hasExchange(message.exchange) else { return fail(channel, 404, "NOT_FOUND - no exchange '\(message.exchange)'") }
        if let refusal = refusal(of: message) { return fail(channel, refusal.replyCode, refusal.text) }
        let tag = (channels[channel]?.published ?? 0) + 1
        channels[channel]?.published = tag
        let targets = route(message.exchange, message.routingKey)
        var isRefused = false
        for name in targets {
            // A full queue refuses; another one of the same fan-out may have taken the message all the same.
            if queues[name]?.isFull == true { isRefused = true } else { queues[name]?.append(message) }
        }
        if targets.isEmpty, message.mandatory { channels[channel]?.events.append(.returned(message)) }
        channels[channel]?.events.append(.confirmed(tag: tag, multiple: false, isNack: isRefused))
        deliver(from: targets)
    }

    /// Why the channel is closed for a message.
    private func refusal(of message: OutgoingMessage) -> Refusal? {
        // As the real one: it takes the rest of such an address for where a client is, and fails over one that means nothing to it.
        if message.exchange.isEmpty, message.routingKey.hasPrefix("amq.rabbitmq.reply-to.") {
            return Refusal(replyCode: 541, text: "INTERNAL_ERROR")
        }
        if message.body.count > maximumMessageSize {
            return Refusal(replyCode: 406, text: "PRECONDITION_FAILED - message size \(message.body.count) is larger than the limit")
        }
        return nil
    }

    public func block() { isBlocked = true }

    public func unblock() {
        isBlocked = false
        for channel in channels.keys.sorted() where channels[channel]?.isToldBlocked == true {
            let held = channels[channel]?.held ?? []
            channels[channel]?.held = []
            channels[channel]?.isToldBlocked = false
            channels[channel]?.events.append(.unblocked)
            for message in held { publish(message, on: channel) }
        }
    }

    // MARK: Consuming

    /// Starts a consumer; with one active consumer it waits behind those that came before.
    public func consume(_ queue: String, on channel: ChannelId, prefetch: Int) throws(Refusal) {
        guard let known = queues[queue] else { throw Refusal(replyCode: 404, text: "NOT_FOUND - no queue '\(queue)'") }
        if let owner = known.owner, owner != channel { throw Refusal(replyCode: 405, text: "RESOURCE_LOCKED - queue '\(queue)'") }
        queues[queue]?.consumers.append(BrokerQueue.Consumer(channel: channel, prefetch: prefetch))
        deliver(from: [queue])
    }

    /// - Parameter multiple: everything up to the tag; tag 0: everything.
    public func acknowledge(_ tag: UInt64, multiple: Bool, on channel: ChannelId) {
        settle(tag, multiple: multiple, on: channel) { _, _ in }
    }

    public func reject(_ tag: UInt64, requeue: Bool, on channel: ChannelId) {
        settle(tag, multiple: false, on: channel) { queue, message in
            var message = message
            if requeue {
                message.returned += 1
                giveBack([message], to: queue)
            } else {
                deadLetter(message, from: queue)
            }
        }
    }

    private func settle(_ tag: UInt64, multiple: Bool, on channel: ChannelId, _ then: (String, QueuedMessage) -> Void) {
        guard let known = channels[channel]?.unsettled else { return }
        let isSettled: (UInt64) -> Bool = { multiple ? tag == 0 || $0 <= tag : $0 == tag }
        let settled = known.filter { isSettled($0.tag) }
        if settled.isEmpty, !(multiple && tag == 0) {
            return fail(channel, 406, "PRECONDITION_FAILED - unknown delivery tag \(tag)")
        }
        channels[channel]?.unsettled.removeAll { isSettled($0.tag) }
        for delivery in settled {
            queues[delivery.queue]?.settle(on: channel)
            then(delivery.queue, delivery.message)
        }
        // Dead letters may have gone anywhere.
        deliver(from: queueNames)
    }

    /// Back into the queue, in order; what was given back too often is dead.
    func giveBack(_ messages: [QueuedMessage], to name: String) {
        let limit = queues[name]?.deliveryLimit ?? .max
        queues[name]?.putBack(messages.filter { $0.returned <= limit })
        for message in messages where message.returned > limit { deadLetter(message, from: name) }
    }

    private func deadLetter(_ dead: QueuedMessage, from name: String) {
        guard let letters = queues[name]?.deadLetters else { return }
        var message = dead.message
        message.exchange = letters.exchange
        message.routingKey = letters.routingKey ?? message.routingKey
        send(deadLetter: message, from: name)
    }

    private func send(deadLetter message: OutgoingMessage, from name: String) {
        let targets = route(message.exchange, message.routingKey)
        // At least once: without a route it waits inside its queue.
        if targets.isEmpty { queues[name]?.stranded.append(message) }
        for target in targets { queues[target]?.append(message) }
    }

    func retryStranded() {
        if !queues.values.contains(where: { !$0.stranded.isEmpty }) { return }
        for name in queueNames {
            guard let stranded = queues[name]?.stranded, !stranded.isEmpty else { continue }
            queues[name]?.stranded = []
            for message in stranded { send(deadLetter: message, from: name) }
        }
        deliver(from: queueNames)
    }

    /// Hands out what consumers have room for.
    func deliver(from names: [String]) {
        for name in names {
            while let place = queues[name]?.nextConsumer(), let channel = queues[name]?.consumers[place].channel,
                let message = queues[name]?.take(for: place)
            {
                guard let tag = channels[channel].map({ $0.lastTag + 1 }) else { break }
                channels[channel]?.lastTag = tag
                channels[channel]?.unsettled.append((tag, name, message))
                channels[channel]?.events.append(
                    .delivered(
                        Delivery(
                            queue: name, deliveryTag: tag, redelivered: message.returned > 0, exchange: message.message.exchange,
                            routingKey: message.message.routingKey, properties: message.message.properties, body: message.message.body)))
            }
        }
    }
}
