import Contracts
import Messaging
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// Sales of one product, sent as fast as the broker takes them, and the verdict over them.
struct Load: Sendable {
    let client: MartClient
    let product: String
    let count: Int
    private let word: String

    /// - Parameter word: begins every sale id.
    init(_ client: MartClient, product: String, count: Int, word: String) {
        (self.client, self.product, self.count, self.word) = (client, product, count, word)
    }

    func saleId(_ number: Int) -> String { "\(word)-\(number)" }

    /// The commands; each asks for a reply, and each is one unit.
    var commands: [OutgoingMessage] {
        (0..<count).map { number in
            var message = OutgoingMessage.command(RecordSale.of(product, id: saleId(number)), id: "command-\(saleId(number))")
            message.properties.replyTo = "reply.\(client.name).\(saleId(number))"
            return message
        }
    }

    /// The events that Consignment would publish, for a stack of Settlement alone.
    var events: [OutgoingMessage] {
        (0..<count).map { .event(SaleRecorded.of(saleId($0), seller: "seller-\(word)"), id: "event-\(saleId($0))", source: "/harness") }
    }

    /// What is about to break shall break amid the load.
    func expectUnderWay(sourceLocation: SourceLocation = #_sourceLocation) {
        let answered = client.replies.items.count { $0.routingKey.hasPrefix("reply.\(client.name).\(word)-") }
        #expect(answered < count, "all sales were answered already: nothing was under way", sourceLocation: sourceLocation)
    }

    /// Waits until every sale was answered, and gives the answers that were not `accepted`.
    func waitForReplies(limit: Duration = .seconds(60)) async throws -> [String] {
        let (prefix, count) = ("reply.\(client.name).\(word)-", count)
        try await client.replies.wait("all \(count) sales are answered", limit: limit) { replies in
            replies.count >= count && Set(replies.lazy.map(\.routingKey).filter { $0.hasPrefix(prefix) }).count >= count
        }
        return client.replies.items.filter { $0.routingKey.hasPrefix(prefix) && $0.verdict != "accepted ok" }.map(\.verdict)
    }

    /// Every sale has exactly one settlement, and the books say the same.
    func expectSettled(in settlement: ServiceProcess, seller: String, share: Int64 = 9_000, limit: Duration = .seconds(60)) async throws
        -> Int64
    {
        let wanted = Int64(count) * share
        try await expectEventually("all \(count) sales are settled", timeout: limit) {
            let payable = try await settlement.json("/v1/sellers/\(seller)/balance")["payable"]?.int64 ?? 0
            if payable > wanted { throw SupportError("\(payable) is owed where \(wanted) is due: something was settled twice") }
            return payable == wanted
        }
        for number in [0, count / 3, count / 2, count - 1] { _ = try await settlement.json("/v1/settlements/\(saleId(number))") }
        return try await settlement.json("/v1/ledger/trial-balance")["sum"]?.int64 ?? -1
    }

    /// What the watcher saw of a service's events: sequences from 1 without a gap, and each id under one sequence only, however often it came.
    func gaps(of service: String) -> [Int64] {
        let seen = client.events.items.filter { $0.envelope.source == "/\(service)" }
        let sequences = Set(seen.compactMap(\.envelope.sequence))
        let ids = Set(seen.map(\.envelope.id))
        guard let last = sequences.max() else { return [] }
        return ids.count == sequences.count ? (1...last).filter { !sequences.contains($0) } : [-1]
    }
}
