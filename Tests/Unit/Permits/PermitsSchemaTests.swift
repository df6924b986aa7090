import Contracts
import Messaging
import MessagingTesting
import PermitsService
import Primitives
import ServiceFramework
import Storage
import StrictJSON
import Testing

/// The schema says the rules a second time, so it must say no by itself.
@Suite struct PermitsSchemaTests {
    /// Runs SQL that a faulty handler might run.
    private struct Statement: Handler {
        let sql: SQL

        func handle(_ command: ResubmitPermit, in tx: Transaction) throws -> Outcome {
            try tx.execute(sql)
            return .done
        }
    }

    /// The error of a statement on a store with one permit, `p1`, in its first state; nil if it is taken.
    private func refusal(of sql: String) throws -> String? {
        let real = try PermitsService.definition()
        let definition = ServiceDefinition(
            name: real.name, port: real.port, schema: real.schema,
            handles: real.handles.filter { $0.name != ResubmitPermit.name } + [on(ResubmitPermit.self, Statement(sql: SQL(sql)))],
            timers: real.timers, publishes: real.publishes, reads: real.reads)
        let harness = try ServiceHarness(definition)
        try harness.send(
            ApplyForPermit.with {
                $0.permitId = "p1"
                $0.permitKind = .nib
                $0.regency = "53.06"
                $0.sellerId = "s1"
            })
        _ = try? harness.send(ResubmitPermit.with { $0.permitId = "p1" })
        return try harness.parked.first?.error
    }

    private static let transition = "INSERT INTO permitTransition VALUES ('p1', 2, 'approve', 'applied', 'approved', x'', NULL, 'o', 1, 1)"

    @Test func `the statements of this test are taken where they are right`() throws {
        #expect(try refusal(of: Self.transition) == nil)
        #expect(try refusal(of: "UPDATE permit SET documents = '[\"a\"]'") == nil)
        #expect(try refusal(of: "INSERT INTO expiryNotice VALUES ('p1', 90, 1)") == nil)
    }

    @Test(arguments: [
        ("UPDATE permit SET state = 'approved', number = 'n', validFrom = 1, approvedBy = 'o'", "what its transition led to"),
        ("UPDATE permit SET state = 'lost'", "state"),
        ("UPDATE permit SET number = 'n', validFrom = 1, approvedBy = 'o'", "CHECK"),
        ("UPDATE permit SET validFrom = 1", "CHECK"),
        ("UPDATE permit SET validUntil = 1", "CHECK"),
        ("UPDATE permit SET dueOn = 1", "CHECK"),
        ("UPDATE permit SET productId = 'x'", "CHECK"),
        ("UPDATE permit SET permitKind = 'halal', agency = 'bpjph'", "CHECK"),
        ("UPDATE permit SET agency = 'bpom'", "CHECK"),
        ("UPDATE permit SET documents = '{}'", "CHECK"),
        ("UPDATE permit SET regency = '5306'", "CHECK"),
        ("INSERT INTO permitTransition VALUES ('p1', 2, 'suspend', 'applied', 'suspended', x'', 'r', 'o', 1, 1)", "CHECK"),
        (
            "INSERT INTO permitTransition VALUES ('p1', 2, 'suspend', 'approved', 'suspended', x'', 'r', 'o', 1, 1)",
            "where the last one ended"
        ),
        (
            "INSERT INTO permitTransition VALUES ('p1', 3, 'approve', 'applied', 'approved', x'', NULL, 'o', 1, 1)",
            "where the last one ended"
        ),
        ("INSERT INTO permitTransition VALUES ('p1', 1, 'apply', NULL, 'applied', x'', NULL, NULL, 1, 1)", "UNIQUE"),
        ("INSERT INTO permitTransition VALUES ('p2', 1, 'apply', NULL, 'applied', x'', NULL, NULL, 1, 1)", "FOREIGN KEY"),
        ("UPDATE permitTransition SET officer = 'another'", "never changed"),
        ("DELETE FROM permitTransition", "never deleted"),
        ("INSERT INTO expiryNotice VALUES ('p1', 60, 1)", "CHECK"),
        (
            "INSERT INTO scheduledDecision (permitId, position, action, data, reason, officer, effectiveOn, acceptedAt, correlationId) "
                + "VALUES ('p1', 1, 'approve', x'', 'r', 'o', 1, 1, 'c')", "CHECK"
        ),
    ])
    func `the store refuses what the domain would`(sql: String, because: String) throws {
        let error = try #require(try refusal(of: sql), "taken: \(sql)")
        #expect(error.contains(because), "\(error)")
    }
}
