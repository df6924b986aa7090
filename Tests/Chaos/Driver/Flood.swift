import Logging
import RabbitMQ
import TestSupport

/// Events in Consignment's place, as many as wanted, each confirmed; what is not confirmed is sent again.
final class Flood: Sendable {
    private struct State: Sendable {
        var isConnected = false
        var unsettled = 0
        var lost: [UInt64] = []
    }

    private let state = Watched(State())
    private let publisher: RabbitMQPublisher

    static func connect(to url: String) async throws -> Flood {
        let flood = try Flood(url)
        flood.publisher.start()
        try await flood.connected()
        return flood
    }

    private init(_ url: String) throws {
        let state = state
        publisher = RabbitMQPublisher(
            configuration: try RabbitMQConfiguration(url: url), logger: Logger(label: "flood") { _ in SwiftLogNoOpLogHandler() },
            onSettled: { settlements in
                state.change { state in
                    state.unsettled -= settlements.count
                    state.lost += settlements.filter { $0.outcome != .confirmed }.map(\.token)
                }
            },
            onStateChange: { new in state.change { if case .connected = new { $0.isConnected = true } else { $0.isConnected = false } } })
    }

    private func connected() async throws { try await state.wait("the flood connects", limit: .seconds(30)) { $0.isConnected } }

    /// Returns when the broker has all of them.
    func publish(_ messages: [OutgoingMessage]) async throws {
        var open = Array(messages.indices.map(UInt64.init))
        while !open.isEmpty {
            try await connected()
            for start in stride(from: 0, to: open.count, by: 5_000) {
                let part = open[start..<min(open.count, start + 5_000)]
                state.change { $0.unsettled += part.count }
                publisher.enqueue(part.map { ($0, messages[Int($0)]) })
                try await state.wait("the flood is taken", limit: .seconds(120)) { $0.unsettled == 0 }
            }
            open = state.change { state in
                defer { state.lost = [] }
                return state.lost
            }
        }
    }

    func close() async { await publisher.shutdown(timeout: .seconds(2)) }

    static func sale(_ number: Int) -> OutgoingMessage {
        let body =
            #"{"specversion":"1.0","id":"soak-\#(number)","source":"/soak","type":"id.nttmart.consignment.sale-recorded.v1","#
            + #""time":"2026-02-06T02:00:00Z","datacontenttype":"application/json","data":{"saleId":"soak-\#(number)","regency":"53.06","#
            + #""till":"till-1","soldAt":"2026-02-06T02:00:00Z","tender":"cash","offline":false,"flags":[],"total":12345,"lines":[{"lineId":"1","#
            + #""productId":"p","sellerId":"s\#(number % 50)","quantity":1,"unitPrice":12345,"net":12345,"flags":[],"unallocated":0,"lots":[]}]}}"#
        return OutgoingMessage(
            exchange: "mart.events", routingKey: "consignment.sale-recorded.53.06", body: Array(body.utf8),
            properties: MessageProperties(contentType: "application/cloudevents+json", messageId: "soak-\(number)", deliveryMode: 2))
    }
}
