import StrictJSON
import Testing

@testable import MartctlKit

/// What counts as a difference between what was told and what was posted.
struct ReconciliationTests {
    private func json(_ text: String) throws -> JSONValue { try JSONDocument(parsing: Array(text.utf8)).root }
    private let sale = #"{"id":"s1","regency":"53.06","tender":"cash","net":5,"lines":[{"lineId":"1","sellerId":null,"net":5}]}"#

    @Test func `the same on both sides is none, whatever the order of members`() throws {
        let turned = #"{"lines":[{"net":5,"lineId":"1","sellerId":null}],"net":5,"tender":"cash","regency":"53.06","id":"s1"}"#
        #expect(Reconciliation.judge("sales", try json(sale), try json(turned)) == nil)
        #expect(Reconciliation.judge("sales", nil, nil) == nil)
    }

    @Test func `one side alone is one`() throws {
        #expect(Reconciliation.judge("sales", try json(sale), nil)?.kind == .unposted)
        #expect(Reconciliation.judge("sales", nil, try json(sale))?.kind == .unknown)
    }

    @Test(arguments: [
        (#""net":5,"#, #""net":6,"#, "net: told 5, posted 6"), (#""53.06""#, #""53.05""#, "regency: told"),
        (#""sellerId":null"#, #""sellerId":"x""#, "lines.0.sellerId: told null"), (#""tender":"cash""#, #""tender":"qris""#, "tender"),
        (#"[{"lineId""#, #"[{},{"lineId""#, "lines: 1 told, 2 posted"),
        (#""net":5}]"#, #""net":5,"more":1}]"#, "lines.0.more is on one side"),
    ])
    func `another value is one, and it is said which`(old: String, new: String, words: String) throws {
        let other = sale.replacing(old, with: new)
        try #require(other != sale)
        let difference = try #require(Reconciliation.judge("sales", try json(sale), try json(other)))
        #expect(difference.kind == .unlike)
        #expect(difference.detail.contains(words), "\(difference.detail)")
    }

    @Test func `where no money moved nobody knows the tender`() throws {
        let unpaid = sale.replacing(#""cash""#, with: "null")
        #expect(Reconciliation.judge("sales", try json(sale), try json(unpaid)) == nil)
    }

    @Test func `two ordered lists are held against each other in one pass`() {
        #expect(Reconciliation.order("a", "b") == (true, false))
        #expect(Reconciliation.order("b", "a") == (false, true))
        #expect(Reconciliation.order("a", "a") == (true, true))
        #expect(Reconciliation.order("a", nil) == (true, false))
        #expect(Reconciliation.order(nil, "a") == (false, true))
        #expect(Reconciliation.order(nil, nil) == (false, false))
        // As SQLite orders them: capitals before small letters.
        #expect(Reconciliation.order("Z", "a") == (true, false))
    }

    @Test func `the table counts by kind and keeps its length`() throws {
        var report = ReconcileReport(shown: 1)
        report.count("sales", 3)
        for _ in 1...2 { report.add(try #require(Reconciliation.judge("sales", try json(sale), nil))) }
        #expect(report.differences == 2)
        #expect(report.text.contains("1 more"))
        #expect(report.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
}
