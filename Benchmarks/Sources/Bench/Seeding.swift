import CSQLite
import Foundation

extension Store {
    /// Fills Settlement's store with sales that were settled earlier, as if the service had done it: the same rows of the same sizes.
    /// - Parameter hasRandomIds: ids in no order instead of by time.
    static func seed(_ file: URL, sales: Int, hasRandomIds: Bool) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close(handle) }
        func run(_ sql: String) throws {
            if sqlite3_exec(handle, sql, nil, nil, nil) != SQLITE_OK {
                throw BenchError("seeding: \(String(cString: sqlite3_errmsg(handle)))")
            }
        }
        guard sqlite3_open(file.path, &handle) == SQLITE_OK else { throw BenchError("\(file.path) cannot be opened") }
        // A bijection of 32 bits spreads the numbers like random ones.
        let spread = "(n * 2654435761) % 4294967296"
        let lead = hasRandomIds ? "\(spread), n & 65535" : "1790000000 + n / 655360, n / 10 & 65535"
        let id = "printf('%08x-%04x-7%03x-a%03x-%012x', \(lead), n % 10, n & 4095, \(spread))"
        let net = "(1 + n % 3) * 12500"
        let body =
            "printf('{\"specversion\":\"1.0\",\"id\":\"%s\",\"data\":\"%s%s\"}', \(id), \(id), "
            + "'\(String(repeating: "as long as a settlement-posted is ", count: 25))')"
        try run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -500000; BEGIN")
        try run("INSERT OR IGNORE INTO source (name) VALUES ('/consignment')")
        try run(
            numbers(30, from: 0)
                + "INSERT INTO account (number, name, sellerId) SELECT 1001 + n, 'seller-payable/seller-' || n, 'seller-' || n FROM number")
        try run(
            numbers(sales)
                + """
                INSERT INTO inbox (position, source, messageId, type, digest, receivedAt, outcome, subject, correlationId, eventsAfter)
                SELECT n, (SELECT number FROM source), \(id), 'id.nttmart.consignment.sale-recorded.v1', randomblob(32), 1790000000000 + n, 0,
                    's-' || \(id), \(id), n - 1 FROM number
                """)
        try run(
            numbers(sales)
                + """
                INSERT INTO posting (number, kind, key, regency, postedAt, cause)
                SELECT n, 1, 's-' || \(id), '53.06', 1790000000000 + n, \(id) FROM number
                """)
        try run(
            numbers(sales)
                + """
                INSERT INTO saleLine (posting, lineId, place, productId, account, quantity, net, percent, sellerShare, martShare)
                SELECT n, '1', 0, 'p-' || n % 970, 1001 + n % 31, 1 + n % 3, \(net), 10, \(net) * 9 / 10, \(net) / 10 FROM number
                """)
        for (account, amount) in [("1", net), ("11", "-\(net) / 10"), ("1001 + n % 31", "-\(net) * 9 / 10")] {
            try run(numbers(sales) + "INSERT INTO entry (account, posting, amount) SELECT \(account), n, \(amount) FROM number")
        }
        try run(
            numbers(sales)
                + """
                INSERT INTO outbox (position, routingKey, messageId, type, correlationId, traceparent, cause, body)
                SELECT n, 'settlement.settlement-posted.53.06', \(id), 'id.nttmart.settlement.settlement-posted.v1', \(id),
                    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', n, CAST(\(body) AS BLOB) FROM number
                """)
        try run("UPDATE progress SET eventsSent = \(sales); COMMIT; PRAGMA journal_mode = WAL")
    }

    private static func numbers(_ last: Int, from first: Int = 1) -> String {
        "WITH RECURSIVE number (n) AS (VALUES (\(first)) UNION ALL SELECT n + 1 FROM number WHERE n < \(last)) "
    }
}
