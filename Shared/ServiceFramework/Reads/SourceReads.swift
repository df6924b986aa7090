import Foundation
import GRDB
import StrictJSON

/// `/v1/sources`: how far the services were heard. One that was heard further than its own store goes was put back to an older copy.
enum SourceReads {
    static let all = Route.get("/v1/sources", "The services that were heard, and the highest sequence of each") { _, db, json in
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT source.name, max(heard.chunk), heard.bits FROM heard JOIN source ON source.number = heard.source
                GROUP BY heard.source ORDER BY source.name
                """)
        json.array(rows) { json, row in
            json.object { json in
                json.member("source", row[0] as String)
                json.member("sequence", HeardSequences.highest(inChunk: row[1], [UInt8](row[2] as Data)))
            }
        }
    }
}
