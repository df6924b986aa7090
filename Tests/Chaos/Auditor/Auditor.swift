import Audit
import Foundation
import GRDB

/// Judges a mart that has come to rest, from the stores and from the record of what was sent, answered and told.
struct Auditor {
    let stores: Stores
    let record: Trader.Record
    /// Whether the driver has watched all events.
    let watched: Bool
    /// What is to be found parked: `<service> <reason>`, one for each message.
    let poison: [String]

    func verdict() throws -> Verdict {
        var verdict = Verdict()
        try judgeSales(&verdict)
        verdict.wrong += try stream() + sellers() + replies() + listings() + lots() + postings() + parked() + health()
        if watched { verdict.wrong += try told() }
        verdict.wrong += try stores.undelivered() + stores.unfinished()
        return verdict
    }

    // MARK: What was sent

    private func judgeSales(_ verdict: inout Verdict) throws {
        let attempts = record.entries.filter { $0.command.name == "consignment.record-sale" }
        let attempted = Set(attempts.map(\.command.key))
        let accepted = Set(attempts.filter { $0.verdicts.contains("accepted ok") }.map(\.command.key))
        let sold = try stores.rows("consignment", "SELECT saleId, total FROM sale").map { (id: $0[0] as String, total: $0[1] as Int64) }
        let settled = try stores.texts("settlement", "SELECT key FROM posting WHERE kind = 1")
        let recorded = try stores.texts(
            "consignment", "SELECT json_extract(body, '$.data.saleId') FROM outbox WHERE type LIKE '%.sale-recorded.v1'")
        let posted = try stores.texts(
            "settlement",
            "SELECT json_extract(body, '$.data.saleId') FROM outbox WHERE type LIKE '%.settlement-posted.v1' AND json_extract(body, '$.data.saleId') IS NOT NULL"
        )
        verdict.attempted = attempted.count
        verdict.confirmed = Set(attempts.filter(\.isConfirmed).map(\.command.key)).count
        for id in accepted where !settled.contains(id) || !recorded.contains(id) || !posted.contains(id) {
            verdict.lost.append("sale \(id)")
        }
        for entry in record.entries where entry.isConfirmed && entry.verdicts.isEmpty {
            verdict.lost.append("\(entry.command.name) \(entry.command.key) was confirmed and never answered")
        }
        for ids in [sold.map(\.id), settled, recorded, posted] {
            verdict.duplicated += Dictionary(grouping: ids) { $0 }.filter { $0.value.count > 1 }.map { "sale \($0.key)" }
        }
        let worth = Dictionary(attempts.map { ($0.command.key, $0.command.worth) }) { first, _ in first }
        verdict.unexpected += Set(sold.map(\.id) + settled + recorded + posted).subtracting(accepted).map { "sale \($0)" }
        verdict.unexpected += sold.filter { worth[$0.id] != $0.total }.map { "sale \($0.id) brought \($0.total)" }
    }

    /// A command is answered the same however often, and under the same id as under a repeat.
    private func replies() -> [String] {
        let byId = Dictionary(grouping: record.entries) { "\($0.command.service) \($0.command.id)" }
        return byId.compactMap { id, entries in
            let verdicts = Set(entries.flatMap(\.verdicts))
            return verdicts.count > 1 ? "\(id) was answered \(verdicts.sorted())" : nil
        }
    }

    /// The record of the desks: whoever was told "accepted" is in the books.
    private func sellers() throws -> [String] {
        let tables = [
            "catalog.register-seller": ("catalog", "SELECT sellerId FROM seller"),
            "catalog.register-product": ("catalog", "SELECT productId FROM product"),
            "permits.apply-for-permit": ("permits", "SELECT permitId FROM permit"),
            "consignment.receive-goods": ("consignment", "SELECT lotId FROM lot"),
            "consignment.refund-sale": ("consignment", "SELECT refundId FROM refund"),
            "consignment.write-off-goods": ("consignment", "SELECT writeOffId FROM writeOff"),
        ]
        return try tables.flatMap { name, place -> [String] in
            let kept = Set(try stores.texts(place.0, place.1))
            let accepted = Set(
                record.entries.filter { $0.command.name == name && $0.verdicts.contains("accepted ok") }.map(\.command.key))
            return accepted.subtracting(kept).map { "\(name) \($0) was accepted and is not in the books" }
                + kept.subtracting(accepted).map { "\(name) \($0) is in the books and was never accepted" }
        }
    }

    // MARK: What was said

    /// The outboxes against themselves and against the books, by the audit of Tools/Audit.
    private func stream() throws -> [String] {
        var lines = Data()
        for service in stores.services {
            for event in try stores.events(of: service) { lines += event.body + Data("\n".utf8) }
        }
        let audit = Audit(Recording(ndjson: lines))
        let findings = audit.findings + audit.compare(with: try stores.statement())
        return findings.filter { !$0.holds }.map { "\($0.what): \($0.own) / \($0.stated) \($0.examples)" }
    }

    /// Everything said has gone over the exchange, as it was said, and nothing else has.
    private func told() throws -> [String] {
        var said: [String: Data] = [:]
        for service in stores.services { for event in try stores.events(of: service) { said[event.key] = event.body } }
        let lost = said.keys.filter { record.events[$0] == nil }.map { "event \($0) was never told" }
        let wrong = record.events.filter { key, bodies in !bodies.allSatisfy { Data($0) == said[key] } }.map {
            "event \($0.key) was told otherwise than it is kept"
        }
        return lost + wrong
    }

    // MARK: What is kept

    private func listings() throws -> [String] {
        let inForce = Set(
            try stores.texts(
                "permits",
                """
                SELECT permitKind || ' ' || coalesce(productId, sellerId) FROM permit
                WHERE state = 'approved' AND validFrom <= 20490 AND coalesce(validUntil, 99999) >= 20490
                """))
        let consignment = try stores.rows("consignment", "SELECT productId, state FROM product").reduce(into: [String: String]()) {
            $0[$1[0]] = $1[1]
        }
        return try stores.rows("catalog", "SELECT productId, sellerId, kind, state FROM product").flatMap { row -> [String] in
            let (id, seller, kind, state) = (row[0] as String, row[1] as String, row[2] as String, row[3] as String)
            let needed = ["nib \(seller)"] + (kind == "food-dry" ? ["spp-irt \(id)"] : [])
            var wrong: [String] = []
            if (state == "listed") != needed.allSatisfy(inForce.contains) { wrong.append("product \(id) is \(state); it needs \(needed)") }
            if consignment[id] != state { wrong.append("product \(id) is \(state), and \(consignment[id] ?? "unknown") to Consignment") }
            return wrong
        }
    }

    private func lots() throws -> [String] {
        try stores.texts(
            "consignment",
            """
            SELECT lotId FROM lot WHERE accepted + adjusted <> onHand + sold - restocked + returned + writtenOff
                OR onHand <> (SELECT sum(quantity) FROM lotMovement WHERE lotMovement.lotNumber = lot.lotNumber)
            """
        ).map { "lot \($0) does not add up" }
    }

    private func postings() throws -> [String] {
        let unbalanced = try stores.texts(
            "settlement", "SELECT CAST(posting AS TEXT) FROM entry GROUP BY posting HAVING sum(amount) <> 0")
        let causeless = try stores.texts("settlement", "SELECT key FROM posting WHERE cause = ''")
        return unbalanced.map { "posting \($0) does not sum to 0" } + causeless.map { "posting of \($0) names no cause" }
    }

    private func parked() throws -> [String] {
        let found = try stores.services.flatMap { service in
            try stores.texts(service, "SELECT reason FROM parked WHERE state = 'parked'").map { "\(service) \($0)" }
        }
        return found.sorted() == poison.sorted() ? [] : ["parked is \(found.sorted()), injected was \(poison.sorted())"]
    }

    private func health() throws -> [String] {
        try stores.services.flatMap { service -> [String] in
            var wrong = try stores.texts(service, "PRAGMA integrity_check").filter { $0 != "ok" }
            if try !stores.rows(service, "PRAGMA foreign_key_check").isEmpty { wrong.append("foreign keys are broken") }
            if try stores.number(service, "SELECT count(*) FROM attempt") != 0 { wrong.append("attempts are left") }
            for (table, column) in [("outbox", "eventsSent"), ("reply", "repliesSent")] {
                let last = try stores.number(service, "SELECT coalesce(max(position), 0) FROM \(table)")
                let sent = try stores.number(service, "SELECT \(column) FROM progress")
                if last != sent { wrong.append("\(table) reaches to \(last), sent is marked to \(sent)") }
            }
            return wrong.map { "\(service): \($0)" }
        }
    }
}

/// The words of Jepsen's verdicts, over sales; `wrong` is everything else that does not hold.
struct Verdict: Sendable {
    var attempted = 0
    var confirmed = 0
    var duplicated: [String] = []
    var lost: [String] = []
    var unexpected: [String] = []
    var wrong: [String] = []

    var complaints: [String] {
        duplicated.map { "duplicated: \($0)" } + lost.map { "lost: \($0)" } + unexpected.map { "unexpected: \($0)" } + wrong
    }
}
