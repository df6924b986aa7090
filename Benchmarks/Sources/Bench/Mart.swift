import Foundation
import Logging
import Platform
import RabbitMQ
import SaleMaker

/// The services over one broker, with a product that is listed and in stock.
final class Mart {
    static let services = Platform.names
    static let now = "2026-02-06T02:00:00Z"

    let lab: Lab
    private(set) var programs: [String: Program] = [:]
    let desk: Desk

    init(_ lab: Lab) throws {
        self.lab = lab
        for name in Self.services {
            programs[name] = try lab.startService(name, data: lab.folder.appendingPathComponent("data/\(name)"), now: Self.now)
        }
        for name in Self.services { try programs[name]?.awaitReady() }
        desk = Desk(lab)
        // A queue of less than about a second may not survive the broker's first load (platform facts).
        pause(milliseconds: 2000)
    }

    func close() { for program in programs.values { program.end() } }

    func send(_ commands: [Command]) { desk.send(commands) }

    /// Commands handed over and not yet confirmed.
    var unconfirmed: Int { desk.unconfirmed }

    /// One product with so many units.
    func stock(_ product: String, units: Int) throws {
        send([
            Command("catalog.open-mart", id: "open", #"{"regency":"53.06","name":"Mart","openedOn":"2026-02-05"}"#),
            Command("catalog.register-seller", id: "s-\(product)", #"{"sellerId":"s-\#(product)","name":"Seller","regency":"53.06"}"#),
            Command.register(product), .apply(product), .approve(product, id: "approve-\(product)"),
        ])
        try awaitPage("consignment", "/v1/products/\(product)")
        try awaitPage("catalog", "/v1/products/\(product)", saying: "\"listed\"")
        send([
            Command(
                "consignment.receive-goods", id: "lot-\(product)",
                #"{"lotId":"lot-\#(product)","regency":"53.06","productId":"\#(product)","quantity":\#(units)}"#)
        ])
        try awaitPage("consignment", "/v1/lots/lot-\(product)")
    }

    func awaitPage(_ service: String, _ path: String, saying word: String = "") throws {
        let url = "http://127.0.0.1:\(programs[service]?.httpPort ?? 0)\(path)"
        for _ in 0..<600 {
            if let page = try? Program.run(["/usr/bin/curl", "-sf", url]), page.contains(word) || word.isEmpty { return }
            pause(milliseconds: 30)
        }
        throw BenchError("\(service) does not answer \(path)")
    }
}

/// Sends commands, as fast as it is given them.
final class Desk: Sendable {
    private let publisher: RabbitMQPublisher
    private let unsettled = Counter()

    /// Connects.
    init(_ lab: Lab) {
        let unsettled = unsettled
        publisher = RabbitMQPublisher(
            configuration: lab.configuration, logger: Logger(label: "desk") { _ in SwiftLogNoOpLogHandler() },
            onSettled: { settlements in
                precondition(settlements.allSatisfy { $0.outcome == .confirmed }, "a command was not taken: \(settlements[0].outcome)")
                unsettled.add(-settlements.count)
            })
        publisher.start()
        while true {
            if case .connected = publisher.state { return }
            pause(milliseconds: 5)
        }
    }

    func send(_ commands: [Command]) {
        unsettled.add(commands.count)
        publisher.enqueue(commands.map { (token: 0, message: $0.message) })
    }

    var unconfirmed: Int { unsettled.value }
}

/// A command as a desk sends it.
struct Command: Sendable {
    let message: OutgoingMessage

    init(_ name: String, id: String, _ data: String) {
        let body = #"{"specversion":"1.0","id":"\#(id)","source":"/bench","type":"id.nttmart.\#(name).v1","data":\#(data)}"#
        message = OutgoingMessage(
            exchange: "mart.commands", routingKey: name, body: Array(body.utf8),
            properties: MessageProperties(contentType: "application/cloudevents+json", messageId: id, deliveryMode: 2))
    }

    static func sale(_ id: String, of product: String) -> Command {
        Command(
            "consignment.record-sale", id: id,
            #"{"saleId":"s-\#(id)","regency":"53.06","till":"till-1","soldAt":"\#(Mart.now)","lines":[{"lineId":"1","productId":"\#(product)","quantity":1}],"tender":"cash"}"#
        )
    }

    static func register(_ product: String) -> Command {
        Command(
            "catalog.register-product", id: "product-\(product)",
            #"{"productId":"\#(product)","sellerId":"s-\#(product)","name":"Product","programme":"ocop","origin":{"community":"Nelayan","communityKind":"fishers"},"kind":"craft","price":10000}"#
        )
    }

    static func apply(_ product: String) -> Command {
        Command(
            "permits.apply-for-permit", id: "apply-\(product)",
            #"{"permitId":"nib-\#(product)","permitKind":"nib","regency":"53.06","sellerId":"s-\#(product)"}"#)
    }

    static func approve(_ product: String, id: String) -> Command {
        Command(
            "permits.approve-permit", id: id,
            #"{"permitId":"nib-\#(product)","number":"1234567890123","validFrom":"2026-01-01","officer":"Maria"}"#)
    }
}
