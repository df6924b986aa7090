import Contracts
import Messaging
import MessagingTesting
import Primitives
import RabbitMQ

/// The senders of commands: tills, desks and offices, over one connection. It sends until it is told that the broker has a command, sends again
/// what stays without an answer, and checks that an answer never changes.
final class Desk {
    struct Asked {
        let name: MessageName
        /// Nil: one that every service understands, about its store.
        let command: (any Command)?
        let body: [UInt8]
        let wantsReply: Bool
        var isConfirmed = false
        var isUnderWay = false
        var reply: TestReply?
        var sentAt: Instant
        var repeats: Int64 = 0
    }

    private static let replies = "desk.replies"
    private static let queue = "amq.gen-desk"
    /// One that means nothing to this broker, which closes the channel at it.
    private static let deadAddress = "amq.rabbitmq.reply-to.x.y"
    /// How long it waits for an answer before it asks again; longer each time: impatience alone must not keep the services busy.
    static let patience: Int64 = 300_000
    let publisher: PublisherEnd
    let consumer: ConsumerEnd
    private let broker: InMemoryBroker
    private let machine: VirtualMachine
    /// By number; the message id is `c-<number>`.
    private(set) var asked: [Asked] = []
    /// Numbers of those that are not finished, in order.
    private var open: [Int] = []
    /// Replies that came since the last call of `takeAnswers`.
    private var answers: [(number: Int, reply: TestReply)] = []
    /// Numbers of which another answer may still come: what was judged is forgotten, or was never judged.
    private var unsettled: Set<Int> = []

    init(_ broker: InMemoryBroker, _ machine: VirtualMachine) {
        self.broker = broker
        self.machine = machine
        publisher = PublisherEnd(broker)
        consumer = ConsumerEnd(broker)
    }

    static func id(_ number: Int) -> String { "c-\(number)" }

    private static func number(_ id: String) -> Int? { id.hasPrefix("c-") ? Int(id.dropFirst(2)) : nil }

    /// What was asked under a message id, if it is one of ours.
    func asked(_ id: String) -> Asked? { Self.number(id).flatMap { asked.indices.contains($0) ? asked[$0] : nil } }

    func connect() {
        if !publisher.isConnected { publisher.connect() }
        if !consumer.isConnected {
            _ = consumer.connect { channel in
                broker.declareExchange(Topology.replies)
                broker.declareExchange(Topology.commands)
                try broker.declareQueue(Self.replies)
                try broker.bind(Self.replies, to: Topology.replies, "reply.desk.#")
                try broker.consume(Self.replies, on: channel, prefetch: 100)
                try broker.declareQueue(Self.queue)
                try broker.consume(Self.queue, on: channel, prefetch: 100)
            }
        }
    }

    func ask(_ command: some Command, wantsReply: Bool) {
        ask(type(of: command).name, command, Incoming.body(of: command, id: Self.id(asked.count), source: "/desk"), wantsReply)
    }

    /// Asks for something about a service's store.
    func ask(_ name: MessageName, _ data: some Record) {
        let body = Incoming.body(type: name.type, id: Self.id(asked.count), source: "/desk", regency: nil) {
            FieldWriter.write(data, to: &$0)
        }
        ask(name, nil, body, true)
    }

    private func ask(_ name: MessageName, _ command: (any Command)?, _ body: [UInt8], _ wantsReply: Bool) {
        let number = asked.count
        asked.append(Asked(name: name, command: command, body: body, wantsReply: wantsReply, sentAt: machine.now))
        open.append(number)
        send(number)
    }

    /// Another answer may come to this one: it was given up, or the service has forgotten it.
    func expectOther(_ id: String) { if let number = Self.number(id) { unsettled.insert(number) } }

    func mayBeForgotten(_ number: Int) -> Bool { unsettled.contains(number) }

    /// Says again, in the same order under the same ids, what a service was asked for and does not know any more.
    func sayAgain(to service: String, except known: Set<String>) {
        let forgotten = asked.indices.filter { asked[$0].name.service == service && !known.contains(Self.id($0)) }
        unsettled.formUnion(forgotten)
        for number in forgotten where asked[number].command != nil {
            (asked[number].isConfirmed, asked[number].reply, asked[number].repeats) = (false, nil, 0)
            if !open.contains(number) { open.append(number) }
            send(number)
        }
    }

    /// Sends a command once more, finished or not.
    func repeatCommand(_ number: Int) { send(number) }

    /// The id of a command again, with other content: nobody may take it for the first.
    func contradict(_ number: Int, with command: some Command) {
        var properties = MessageProperties(contentType: "application/cloudevents+json", replyTo: "reply.probe.1")
        properties.correlationId = "probe"
        let body = Incoming.body(of: command, id: Self.id(number), source: "/desk")
        sendLoose(
            OutgoingMessage(exchange: Topology.commands, routingKey: type(of: command).name.routingKey, body: body, properties: properties))
    }

    /// Something whose fate nobody follows.
    func sendLoose(_ message: OutgoingMessage) { publisher.enqueue([(.max, message)]) }

    private func send(_ number: Int) {
        let ask = asked[number]
        var properties = MessageProperties(contentType: "application/cloudevents+json", messageId: Self.id(number), deliveryMode: 2)
        properties.correlationId = Self.id(number)
        if ask.wantsReply { properties.replyTo = address(of: number) }
        asked[number].sentAt = machine.now
        asked[number].isUnderWay = true
        publisher.enqueue([
            (
                UInt64(number),
                OutgoingMessage(exchange: Topology.commands, routingKey: ask.name.routingKey, body: ask.body, properties: properties)
            )
        ])
    }

    /// Some ask for replies to a queue; a few at first have an address that is none, and must disturb nobody.
    private func address(of number: Int) -> String {
        switch number % 48 {
        case 5 where asked[number].repeats == 0 && asked[number].reply == nil: Self.deadAddress
        case 3, 17, 31: Self.queue
        default: "reply.desk.1"
        }
    }

    /// Takes outcomes and replies, and sends again what is due for it.
    func turn() throws {
        for settlement in publisher.takeSettlements() where settlement.token != .max {
            let number = Int(settlement.token)
            asked[number].isUnderWay = false
            if settlement.outcome == .confirmed { asked[number].isConfirmed = true }
        }
        for delivery in consumer.take(.max) {
            try take(delivery)
            consumer.acknowledge(through: delivery)
        }
        open.removeAll { asked[$0].isConfirmed && (asked[$0].reply != nil || !asked[$0].wantsReply) }
        guard publisher.isConnected else { return }
        for number in open where !asked[number].isUnderWay {
            let waited = machine.now.milliseconds - asked[number].sentAt.milliseconds
            if waited > (asked[number].isConfirmed ? Self.patience << asked[number].repeats : 200) {
                asked[number].repeats += 1
                send(number)
            }
        }
    }

    private func take(_ delivery: Delivery) throws {
        let id = delivery.properties.correlationId ?? ""
        guard let number = Self.number(id), asked.indices.contains(number) else { throw Broken("a reply to nobody: \(id)") }
        let reply = try TestReply(Envelope(parsing: delivery.body).data)
        if let known = asked[number].reply {
            let isSame = known.status == reply.status && known.code == reply.code && known.subject == reply.subject
            if !isSame, !unsettled.contains(number) {
                throw Broken("\(id) was answered \(known.code.rawValue) and then \(reply.status.rawValue) \(reply.code.rawValue)")
            }
            return
        }
        asked[number].reply = reply
        answers.append((number, reply))
    }

    func takeAnswers() -> [(number: Int, reply: TestReply)] {
        defer { answers = [] }
        return answers
    }

    /// Asked, and without an answer so far.
    var isWaiting: Bool { !open.isEmpty }
    var isQuiet: Bool { open.isEmpty && publisher.isIdle && consumer.isIdle && publisher.isConnected && consumer.isConnected }
    var openIds: [String] { open.map(Self.id) }
}
