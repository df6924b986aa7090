import Contracts
import Foundation
import GRDB
import Messaging
import MessagingTesting
import ServiceFramework

/// A run written down, to be compared with the same run of another revision: a rebuilt house must leave the same books behind, row by row.
extension Simulation {
    /// Texts by file name: the commands with their answers, and every row of every store. Messages out are rows of outbox and reply.
    private func recorded() throws -> [(name: String, text: String)] {
        let commands = desk.asked.map { asked in
            "\(String(decoding: asked.body, as: UTF8.self))\n  \(asked.reply.map { "\($0.status.rawValue) \($0.code.rawValue)" } ?? "-")\n"
        }
        return [("commands", commands.joined())] + (try nodes.map { ($0.name, try Self.dump($0)) })
    }

    private static func dump(_ node: Node) throws -> String {
        guard let pool = node.store?.pool else { return "" }
        return try pool.writeWithoutTransaction { db in
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
            return try tables.map { table in
                let columns = try db.columns(in: table).map { "quote(\"\($0.name)\")" }.joined(separator: " || ', ' || ")
                // Without an ORDER BY the rows come in the order of their primary key, which is part of what is compared.
                let rows = try String.fetchAll(db, sql: "SELECT \(columns) FROM \"\(table)\"")
                return "\(table)\n" + rows.map { "  \($0)\n" }.joined()
            }.joined()
        }
    }

    /// Runs a seed and writes what it leaves behind into a folder, a file a store.
    public static func record(_ settings: Settings, into folder: String) throws {
        let simulation = try Simulation(settings)
        try simulation.run()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, text) in try simulation.recorded() {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/seed-\(settings.seed)-\(name).txt"))
        }
    }
}
