import Foundation
import GRDB
import TestSupport

/// The four stores, read as files and by SQL alone: the auditor shares no code with the services.
struct Stores {
    private let files: [String: DatabaseQueue]

    /// Which events of whom each service consumes: the contract's list, written down a second time.
    private static let consumed: [(consumer: String, producer: String, events: [String])] = [
        ("catalog", "permits", ["permit-approved", "permit-suspended", "permit-reinstated", "permit-revoked", "permit-expired"]),
        (
            "consignment", "catalog",
            [
                "mart-opened", "product-registered", "product-reclassified", "product-listed", "product-held", "product-delisted",
                "price-changed",
            ]
        ),
        ("settlement", "catalog", ["seller-registered"]),
        ("settlement", "consignment", ["sale-recorded", "sale-refunded", "goods-written-off"]),
    ]

    init(_ paths: [String: String]) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        files = try paths.mapValues { try DatabaseQueue(path: $0, configuration: configuration) }
    }

    var services: [String] { files.keys.sorted() }

    func rows(_ service: String, _ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        guard let file = files[service] else { throw SupportError("no store of \(service)") }
        return try file.read { try Row.fetchAll($0, sql: sql, arguments: arguments) }
    }

    func number(_ service: String, _ sql: String) throws -> Int64 { try rows(service, sql).first?[0] as Int64? ?? 0 }

    func texts(_ service: String, _ sql: String) throws -> [String] { try rows(service, sql).map { $0[0] } }

    /// Every event that a service has said, in the order of its sequence.
    func events(of service: String) throws -> [(key: String, body: Data)] {
        try rows(service, "SELECT messageId, body FROM outbox ORDER BY position").map { ("/\(service) \($0[0] as String)", $0[1]) }
    }

    /// Events that have not reached one of their consumers; parked ones have.
    func undelivered() throws -> [String] {
        try Self.consumed.flatMap { edge -> [String] in
            let types = edge.events.map { "'id.nttmart.\(edge.producer).\($0).v1'" }.joined(separator: ", ")
            let said = try texts(edge.producer, "SELECT messageId FROM outbox WHERE type IN (\(types)) ORDER BY position")
            let heard = Set(
                try texts(
                    edge.consumer,
                    """
                    SELECT messageId FROM inbox WHERE source IN (SELECT number FROM source WHERE name || '~' LIKE '/\(edge.producer)~%')
                    UNION SELECT messageId FROM parked WHERE source || '~' LIKE '/\(edge.producer)~%' AND messageId IS NOT NULL
                    """))
            return said.filter { !heard.contains($0) }.map { "\(edge.producer)'s event \($0) has not reached \(edge.consumer)" }
        }
    }

    /// What a service still has to do of itself.
    func unfinished() throws -> [String] {
        let open = [
            ("catalog", "pendingEvaluation"), ("settlement", "waitingRefund"),
        ].compactMap { service, table in (try? number(service, "SELECT count(*) FROM \(table)")).map { ("\(service).\(table)", $0) } }
        let replays = try services.map {
            ("\($0) replays", try number($0, "SELECT count(*) FROM parked WHERE state = 'replaying'"))
        }
        return (open + replays).filter { $0.1 != 0 }.map { "\($0.0): \($0.1) left" }
    }
}
