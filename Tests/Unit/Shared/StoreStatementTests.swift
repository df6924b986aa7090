import GRDB
import Messaging
import ServiceFramework
import Storage
import Testing

/// What a statement binds is what the row holds, however large it is and whatever else runs meanwhile.
struct StoreStatementTests {
    private static let insert = SQL("INSERT INTO label (boxId, label, seal) VALUES (?, ?, ?)")
    private static let ids = SQL("SELECT boxId FROM label ORDER BY boxId")
    private static let find = SQL("SELECT label, seal FROM label WHERE boxId = ?")

    /// Runs `body` in a transaction of its own.
    private struct Once: ServiceFramework.Timer {
        let name = "once"
        let body: @Sendable (Transaction) throws -> Void

        func fire(in tx: Transaction) throws -> Bool {
            try body(tx)
            return false
        }
    }

    private func run(_ body: @escaping @Sendable (Transaction) throws -> Void) throws {
        let bench = try Bench(BoxService.definition(timers: [Once(body: body)]))
        try bench.processor.fireTimers { _, error in Issue.record("\(error)") }
    }

    @Test(arguments: [0, 1, 15, 16, 1000, 32 << 10, 65_535, 65_536, 65_537, 200_000])
    func `texts of every length are kept as they are`(length: Int) throws {
        let text = String(repeating: "é", count: length / 2) + String(repeating: "x", count: length % 2)
        try run { tx in
            try tx.execute(Self.insert, "a", text, text)
            try tx.execute(Self.insert, "b", "small", nil as String?)
            #expect(try tx.first(Self.find, "a") { $0.text(0) == text && $0.text(1) == text } == true)
            #expect(try tx.first(Self.find, "b") { $0.text(0) == "small" && $0.isNull(1) } == true)
        }
    }

    @Test func `a statement that runs while another gives its rows does not disturb it`() throws {
        let long = String(repeating: "long ", count: 100)
        try run { tx in
            for id in 0..<50 { try tx.execute(Self.insert, "id-\(id + 10)-\(long)", "label \(id)", long) }
            let found = try tx.all(SQL("SELECT boxId, label FROM label WHERE seal = ? ORDER BY boxId"), long) { row in
                let other = try tx.first(Self.find, row.text(0)) { $0.text(0) }
                return other == row.text(1)
            }
            #expect(found == Array(repeating: true, count: 50))
            #expect(try tx.all(Self.ids) { $0.text(0) }.count == 50)
        }
    }

    @Test func `the key of the last row inserted is known`() throws {
        try run { tx in
            try tx.execute(SQL("INSERT INTO due (number) VALUES (?)"), 41)
            try tx.execute(SQL("INSERT INTO due (firedOn) VALUES (?)"), 0)
            #expect(tx.connection.lastInsertedRow == 42)
        }
    }
}
