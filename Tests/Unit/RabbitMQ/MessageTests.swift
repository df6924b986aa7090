import Testing

@testable import RabbitMQ

@Suite("What can be sent")
struct MessageTests {
    private static func message(_ change: (inout OutgoingMessage) -> Void) -> OutgoingMessage {
        var message = OutgoingMessage(exchange: "mart.events", routingKey: "catalog.product.listed", body: [1, 2, 3])
        change(&message)
        return message
    }

    private static func nested(_ depth: Int) -> FieldValue { depth == 0 ? 1 : .table(["n": nested(depth - 1)]) }

    @Test func takesAnOrdinaryMessage() {
        #expect(Self.message { _ in }.reasonNotToSend(frameMax: 8192) == nil)
        let limits = Self.message {
            $0.routingKey = String(repeating: "k", count: 255)
            $0.properties.messageId = String(repeating: "i", count: 255)
            $0.properties.headers = ["deep": Self.nested(7), "text": .string(String(repeating: "x", count: 5000))]
        }
        #expect(limits.reasonNotToSend(frameMax: 8192) == nil)
    }

    @Test func refusesWhatWouldBreakTheStream() {
        let long = String(repeating: "x", count: 256)
        let bad: [(inout OutgoingMessage) -> Void] = [
            { $0.exchange = long }, { $0.routingKey = long }, { $0.properties.type = long }, { $0.properties.replyTo = long },
            { $0.properties.headers = [long: 1] }, { $0.properties.headers = ["a": .table([long: 1])] },
            { $0.properties.headers = ["deep": Self.nested(8)] },
            { $0.properties.headers = ["deep": .array([.array([.array([.array([.array([.array([.array([.array([])])])])])])])])] },
            { $0.properties.headers = ["big": .string(String(repeating: "x", count: 8200))] },
            { $0.properties.headers = ["big": .array(Array(repeating: 7, count: 1000))] },
            { $0.body = [UInt8](repeating: 0, count: RabbitMQLimits.maxBodyBytes + 1) },
        ]
        for change in bad { #expect(Self.message(change).reasonNotToSend(frameMax: 8192) != nil) }
    }

    @Test func tellsMessagesApartByWhatAReturnShows() {
        func key(exchange: String = "e", routingKey: String = "k", id: String? = "1", body: [UInt8] = []) -> UInt64 {
            OutgoingMessage(
                exchange: exchange, routingKey: routingKey, body: body, properties: MessageProperties(messageId: id)
            ).returnKey
        }
        #expect(key() == key(body: [1]))
        #expect(key(id: nil) == key(id: ""))
        for other in [key(id: "2"), key(routingKey: "other"), key(exchange: "other"), key(exchange: "k", routingKey: "e")] {
            #expect(other != key())
        }
        #expect(key(exchange: "c", routingKey: "ab") != key(exchange: "bc", routingKey: "a"))
    }
}

@Suite("Errors")
struct RabbitMQErrorTests {
    @Test(arguments: [
        (403, RabbitMQError.Code.accessRefused, false), (404, .notFound, false), (405, .resourceLocked, true),
        (406, .preconditionFailed, false), (504, .channelClosed, true), (541, .channelClosed, true), (530, .channelClosed, true),
    ])
    func followTheBrokersReplyCode(reply: Int, code: RabbitMQError.Code, isRetriable: Bool) {
        let error = RabbitMQError.closedByBroker(
            "declaring queue q", replyCode: reply, replyText: "SAID_SO", channel: true, refused: .declaration)
        #expect(error.code == code)
        #expect(error.isRetriable == isRetriable)
        #expect("\(error)" == "\(code): declaring queue q [\(reply) SAID_SO]")
    }

    @Test(
        arguments: [
            (40, 10, RabbitMQError.Refused.declaration), (50, 10, .declaration), (50, 20, .declaration), (50, 40, .other), (60, 10, .other),
            (60, 20, .consume), (60, 40, .publish), (60, 80, .acknowledgement), (60, 90, .acknowledgement), (60, 120, .acknowledgement),
            (0, 0, nil),
        ] as [(UInt16, UInt16, RabbitMQError.Refused?)])
    func sayWhatWasRefused(classId: UInt16, methodId: UInt16, refused: RabbitMQError.Refused?) {
        #expect(RabbitMQError.Refused(classId: classId, methodId: methodId) == refused)
    }

    /// One reply code, many meanings.
    @Test(
        arguments: [
            (nil, "delivery acknowledgement on channel 1 timed out", true), (.acknowledgement, "unknown delivery tag 7", true),
            (.publish, "message size 5000 is larger than configured max size 4096", false),
            (.declaration, "inequivalent arg 'x-overflow' for queue 'q' in vhost '/'", false),
            (.declaration, "cannot declare queue 'q': queue limit in vhost '/' (12) is reached", true),
            (.declaration, "cannot declare exchange 'e': exchange limit of 20 is reached", true),
        ] as [(RabbitMQError.Refused?, String, Bool)])
    func a406IsForGoodOnlyWhereItsCauseIs(refused: RabbitMQError.Refused?, text: String, isRetriable: Bool) {
        let error = RabbitMQError.closedByBroker(
            "closed by the broker", replyCode: 406, replyText: "PRECONDITION_FAILED - \(text)", channel: true, refused: refused)
        #expect(error.code == .preconditionFailed)
        #expect(error.isRetriable == isRetriable)
    }

    @Test func sayWhereTheyComeFrom() {
        let error = RabbitMQError.nacked()
        #expect(error.file.hasSuffix("MessageTests.swift"))
        #expect(error.line == #line - 2)
        #expect(error == RabbitMQError.nacked())
        #expect(error != RabbitMQError.shutDown())
    }

    @Test func keepWhatASetupClosureThrew() {
        struct Mine: Error {}
        let error = RabbitMQError.setupFailed(Mine())
        #expect(error.underlying is Mine)
        #expect("\(error)".contains("Mine"))
    }
}
