import RabbitMQ

/// Messages that no service can act on, or that end whoever tries.
extension Scenario {
    static let messages: [Scenario] = [
        Scenario(
            name: "a sale that kills the process is parked, and its neighbours live", isQuick: true,
            lives: ["consignment": Array(repeating: ["MART_CRASH_AT": "message:c-deadly"], count: 7)],
            deaths: ["consignment": Array(repeating: 137, count: 6)], poison: ["consignment poison"]
        ) { mart in
            try await mart.answeredMore(40)
            mart.trader.send([.deadly])
            try await mart.died(["consignment"], times: 6)
        },
        Scenario(
            name: "a parked message that kills the process when it is replayed is parked again",
            lives: ["consignment": [[:]] + Array(repeating: ["MART_CRASH_AT": "message:c-offline"], count: 6)],
            deaths: ["consignment": Array(repeating: 137, count: 6)], poison: ["consignment poison"]
        ) { mart in
            try await mart.answeredMore(40)
            // A report of something that happened is kept even when it is refused.
            try await mart.trader.answer([.offline])
            // It turns deadly with the second life.
            try await mart.kill("consignment")
            try await mart.died(["consignment"], times: 1)
            mart.trader.send([.replayAll(in: "consignment", reason: "rejected")])
            try await mart.died(["consignment"], times: 6)
        },
        Scenario(
            name: "poison among the sales of every service", isQuick: true,
            poison: Mart.services.flatMap { ["\($0) unknown-type", "\($0) malformed", "\($0) content-type", "\($0) forged"] }
        ) { mart in
            for service in Mart.services {
                try await mart.answeredMore(15)
                mart.trader.send([.unknown(to: service)])
                try await mart.trader.inject([.malformed(to: service), .plainText(to: service), .forged(to: service)])
            }
        },
    ]
}

extension OutgoingMessage {
    private static func raw(_ body: String, to service: String, contentType: String?) -> OutgoingMessage {
        OutgoingMessage(
            exchange: "mart.commands", routingKey: "\(service).anything", body: Array(body.utf8),
            properties: MessageProperties(contentType: contentType, deliveryMode: 2))
    }

    static func malformed(to service: String) -> OutgoingMessage {
        raw(#"{"specversion":"1.0","id":"x","id":"y"}"#, to: service, contentType: "application/cloudevents+json")
    }

    static func plainText(to service: String) -> OutgoingMessage { raw("sell it", to: service, contentType: "text/plain") }

    /// A command of one service that came with another's key.
    static func forged(to service: String) -> OutgoingMessage {
        let other = service == "catalog" ? "permits.approve-permit" : "catalog.open-mart"
        return raw(
            #"{"specversion":"1.0","id":"forged","source":"/chaos","type":"id.nttmart.\#(other).v1","data":{}}"#, to: service,
            contentType: "application/cloudevents+json")
    }
}

extension Command {
    static let offline = Trade().command(
        "consignment.record-sale", "offline",
        #"{"saleId":"offline","regency":"53.06","till":"till-1","soldAt":"2026-02-06T02:00:00Z","tender":"cash","offline":true,"#
            + #""lines":[{"lineId":"1","productId":"p0","quantity":1}]}"#)

    static let deadly = Trade().command(
        "consignment.record-sale", "deadly",
        #"{"saleId":"deadly","regency":"53.06","till":"till-1","soldAt":"2026-02-06T02:00:00Z","tender":"cash","#
            + #""lines":[{"lineId":"1","productId":"p0","quantity":1}]}"#, worth: Trade.prices[0])
}
