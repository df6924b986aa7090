import GRDB
import PermitsDomain
import Primitives
import ServiceFramework
import StrictJSON

/// The read side of Permits: section 10 of the contract.
enum PermitsReads {
    static let routes = [list, one]

    private static let list = Route.list(
        "/v1/permits", "Permits, by id.",
        [
            .init("state", .choice(PermitState.allCases.map(\.rawValue))),
            .init("agency", .choice(Agency.allCases.map(\.rawValue))),
            .init("kind", .choice(PermitKind.allCases.map(\.rawValue))),
            .init("sellerId", .id), .init("productId", .id), .init("regency", .regency),
            .init("expiringWithinDays", .integer(0...36_500)),
        ],
        rows: { request, db in
            try PermitFilter(request).rows(db).map { PermitView($0, today: request.today) }
        },
        id: { $0.permitId },
        write: { permit, json in json.object { permit.write(to: &$0) } })

    private static let one = Route.get(
        "/v1/permits/{id}", "One permit with its scheduled decisions, its history and the corrections of its number."
    ) {
        request, db, json in
        let permitId = request.pathValue("id")
        guard let row = try Row.fetchOne(db, sql: PermitFilter.select + " WHERE permit.permitId = ?", arguments: [permitId]) else {
            throw ReadError.notFound("there is no permit \(permitId.prefix(64))")
        }
        let scheduled = try Row.fetchAll(
            db, sql: "SELECT * FROM scheduledDecision WHERE permitId = ? ORDER BY effectiveOn, position", arguments: [permitId])
        let history = try Row.fetchAll(
            db, sql: "SELECT * FROM permitTransition WHERE permitId = ? ORDER BY number", arguments: [permitId])
        let corrections = try Row.fetchAll(
            db, sql: "SELECT * FROM numberCorrection WHERE permitId = ? ORDER BY position", arguments: [permitId])
        json.object { json in
            PermitView(row, today: request.today).write(to: &json)
            json.array("scheduled", scheduled) { json, decision in
                json.object { json in
                    json.member("action", decision["action"] as String)
                    json.member("effectiveOn", day(decision["effectiveOn"]).description)
                    json.member("reason", decision["reason"] as String)
                    json.member("officer", decision["officer"] as String)
                    json.member("acceptedAt", Instant(milliseconds: decision["acceptedAt"]).description)
                    json.member("status", decision["status"] as String)
                }
            }
            json.array("history", history) { json, transition in
                json.object { json in
                    json.member("action", transition["action"] as String)
                    json.member("state", transition["toState"] as String)
                    json.member("reason", ifPresent: transition["reason"] as String?)
                    json.member("officer", ifPresent: transition["officer"] as String?)
                    json.member("effectiveOn", day(transition["effectiveOn"]).description)
                    json.member("occurredAt", Instant(milliseconds: transition["occurredAt"]).description)
                }
            }
            json.array("corrections", corrections) { json, correction in
                json.object { json in
                    json.member("previousNumber", correction["previousNumber"] as String)
                    json.member("number", correction["number"] as String)
                    json.member("reason", correction["reason"] as String)
                    json.member("officer", correction["officer"] as String)
                    json.member("correctedAt", Instant(milliseconds: correction["correctedAt"]).description)
                }
            }
        }
    }

    static func day(_ number: Int64) -> BusinessDate { BusinessDate(day: Int32(truncatingIfNeeded: number)) }
}

/// The conditions of a list request, as SQL.
struct PermitFilter {
    static let select = """
        SELECT permit.*, permitTransition.reason, permitTransition.officer, permitTransition.effectiveOn, permitTransition.occurredAt
        FROM permit JOIN permitTransition ON permitTransition.permitId = permit.permitId AND permitTransition.number = transitionNumber
        """

    private var conditions = ["TRUE"]
    private var arguments = StatementArguments()
    private let limit: Int

    init(_ request: ReadRequest) {
        limit = request.limit
        let columns = [
            ("state", "state"), ("agency", "agency"), ("kind", "permitKind"), ("sellerId", "sellerId"), ("productId", "productId"),
            ("regency", "regency"),
        ]
        for (parameter, column) in columns {
            if let value = request.text(parameter) { add("permit.\(column) = ?", [value]) }
        }
        if let days = request.integer("expiringWithinDays") {
            let today = request.today
            add("state IN ('approved', 'suspended')", [])
            add("validUntil BETWEEN ? AND ?", [Int64(today.day), Int64(today.adding(days: Int(days)).day)])
        }
        if let after = request.after { add("permit.permitId > ?", [after]) }
    }

    private mutating func add(_ condition: String, _ values: StatementArguments) {
        conditions.append(condition)
        arguments += values
    }

    func rows(_ db: Database) throws -> [Row] {
        let sql = "\(Self.select) WHERE \(conditions.joined(separator: " AND ")) ORDER BY permit.permitId LIMIT \(limit + 1)"
        return try Row.fetchAll(db, sql: sql, arguments: arguments)
    }
}
