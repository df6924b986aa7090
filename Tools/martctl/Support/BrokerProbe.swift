import RabbitMQ

/// Looks at things on the broker one by one. The broker closes the channel with every "no", so each "no" costs a connection: they are
/// throw-away ones, apart from everything that sends or listens.
enum BrokerProbe {
    /// The answers in the order of the items. **Blocks.**
    /// - Throws: what is about the connection and not about an item.
    static func each<Item, Value>(
        _ items: [Item], on broker: RabbitMQConfiguration, _ look: (SetupChannel, Item) throws -> Value
    ) throws -> [Result<Value, RabbitMQError>] {
        var answers: [Result<Value, RabbitMQError>] = []
        while answers.count < items.count {
            do throws(RabbitMQError) {
                try SetupChannel.run(on: broker) { channel in
                    while answers.count < items.count { answers.append(.success(try look(channel, items[answers.count]))) }
                }
            } catch {
                if answers.count == items.count { break }
                guard error.isAnAnswer else { throw Failure(.unavailable, Connecting.sentence(error)) }
                answers.append(.failure(error))
            }
        }
        return answers
    }
}

extension RabbitMQError {
    /// The broker said no to what was asked: forbidden, not there, locked, or other than stated.
    var isAnAnswer: Bool { replyCode.map { [403, 404, 405, 406].contains($0) } ?? false && code != .authenticationRefused }
}
