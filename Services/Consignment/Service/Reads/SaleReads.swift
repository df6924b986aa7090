import ConsignmentDomain
import GRDB
import Primitives
import ServiceFramework
import StrictJSON

enum SaleReads {
    private static let columns = """
        sale.*, (SELECT sum(quantity) FROM saleLine WHERE saleLine.saleNumber = sale.saleNumber) AS units,
        (SELECT ifnull(sum(quantity), 0) FROM refundLine WHERE refundLine.saleNumber = sale.saleNumber) AS unitsRefunded,
        (SELECT ifnull(sum(total), 0) FROM refund WHERE refund.saleNumber = sale.saleNumber) AS refunded
        """

    /// Some line carries a flag that nobody has resolved.
    private static let isUnresolved = """
        (SELECT sum(length(flags) - length(replace(flags, ',', '')) + 1) FROM saleLine
            WHERE saleLine.saleNumber = sale.saleNumber AND flags <> '')
        > (SELECT count(*) FROM resolvedFlag WHERE resolvedFlag.saleNumber = sale.saleNumber)
        """

    static let list = Route.list(
        "/v1/sales",
        """
        Sales by id; `date` is the WITA date on which they were sold, `flagged` those that were irregular, `unresolved` those of them that \
        nobody has looked at in full
        """, [.init("regency", .regency), .init("date", .date), .init("flagged", .flag), .init("unresolved", .flag)],
        rows: { request, db in
            // A condition that is not asked for is left out, so that SQLite takes the index of the one that is.
            var conditions = ["1"]
            var arguments: [any DatabaseValueConvertible] = []
            if let regency = request.text("regency") {
                conditions.append("regency = ?")
                arguments.append(regency)
            }
            if let date = request.date("date") {
                conditions.append("soldAt >= ? AND soldAt < ?")
                arguments += [date.start.milliseconds, date.adding(days: 1).start.milliseconds]
            }
            if let flagged = request.flag("flagged") { conditions.append(flagged ? "flags <> ''" : "flags = ''") }
            if let unresolved = request.flag("unresolved") {
                conditions.append(unresolved ? "flags <> '' AND \(isUnresolved)" : "(flags = '' OR NOT \(isUnresolved))")
            }
            if let after = request.after {
                conditions.append("saleId > ?")
                arguments.append(after)
            }
            return try Row.fetchAll(
                db,
                sql:
                    "SELECT \(columns) FROM sale WHERE \(conditions.joined(separator: " AND ")) ORDER BY saleId LIMIT \(request.limit + 1)",
                arguments: StatementArguments(arguments))
        },
        id: { $0["saleId"] }, write: { sale, json in json.object { write(sale, to: &$0) } })

    static let one = Route.get("/v1/sales/{id}", "A sale with its lines, the lots they came from, its refunds, and who resolved its flags")
    {
        request, db, json in
        let id = request.pathValue("id")
        guard let sale = try Row.fetchOne(db, sql: "SELECT \(columns) FROM sale WHERE saleId = ?", arguments: [id]) else {
            throw ReadError.notFound("sale \(id) is not known here")
        }
        let number = sale.int("saleNumber")
        let lines = try Row.fetchAll(
            db,
            sql: """
                SELECT *, (SELECT ifnull(sum(quantity), 0) FROM refundLine
                    WHERE refundLine.saleNumber = saleLine.saleNumber AND refundLine.lineId = saleLine.lineId) AS refunded
                FROM saleLine WHERE saleNumber = ? ORDER BY position
                """, arguments: [number])
        let lots = try Row.fetchAll(
            db,
            sql: """
                SELECT lineId, lotId, quantity FROM allocation JOIN lot USING (lotNumber) WHERE saleNumber = ? ORDER BY lineId, ordinal
                """, arguments: [number])
        let lotsOfLine = Dictionary(grouping: lots) { $0["lineId"] as String }
        let refunds = try Row.fetchAll(db, sql: "SELECT * FROM refund WHERE saleNumber = ? ORDER BY refundNumber", arguments: [number])
        let refundLines = try Row.fetchAll(
            db, sql: "SELECT * FROM refundLine WHERE saleNumber = ? ORDER BY refundNumber, position", arguments: [number])
        let linesOfRefund = Dictionary(grouping: refundLines) { $0["refundNumber"] as Int64 }
        let resolutions = try Row.fetchAll(
            db, sql: "SELECT * FROM resolution WHERE saleNumber = ? ORDER BY resolutionNumber", arguments: [number])
        json.object { json in
            write(sale, to: &json)
            json.array("lines", lines) { json, line in
                json.object { json in write(line: line, lots: lotsOfLine[line["lineId"]] ?? [], to: &json) }
            }
            json.array("refunds", refunds) { json, refund in
                json.object { json in write(refund: refund, lines: linesOfRefund[refund["refundNumber"]] ?? [], to: &json) }
            }
            json.array("resolutions", resolutions) { json, resolution in
                json.object { json in write(resolution: resolution, to: &json) }
            }
        }
    }

    private static func write(_ sale: Row, to json: inout JSONWriter) {
        json.member("saleId", ifPresent: sale.text("saleId"))
        json.member("regency", ifPresent: sale.text("regency"))
        json.member("till", ifPresent: sale.text("till"))
        json.member("soldAt", sale.instant("soldAt").description)
        json.member("recordedAt", sale.instant("recordedAt").description)
        json.member("tender", ifPresent: sale.text("tender"))
        json.member("offline", sale["offline"] as Bool)
        json.member("flags", FlagList.words(sale["flags"]))
        json.member("total", sale.int("total"))
        json.member("refunded", sale.int("refunded"))
        json.member("state", SaleState(sold: sale.int("units"), refunded: sale.int("unitsRefunded")).rawValue)
    }

    private static func write(line: Row, lots: [Row], to json: inout JSONWriter) {
        json.member("lineId", ifPresent: line.text("lineId"))
        json.member("productId", ifPresent: line.text("productId"))
        json.member("sellerId", ifPresent: line.text("sellerId"))
        json.member("quantity", line.int("quantity"))
        json.member("unitPrice", line.int("unitPrice"))
        json.member("net", line.int("net"))
        json.member("flags", FlagList.words(line["flags"]))
        json.member("unallocated", line.int("unallocated"))
        json.array("lots", lots) { json, lot in
            json.object { json in
                json.member("lotId", ifPresent: lot.text("lotId"))
                json.member("quantity", lot.int("quantity"))
            }
        }
        json.member("refunded", line.int("refunded"))
    }

    private static func write(resolution: Row, to json: inout JSONWriter) {
        json.member("resolutionId", ifPresent: resolution.text("resolutionId"))
        json.member("lineId", ifPresent: resolution.text("lineId"))
        json.member("flag", ifPresent: resolution.text("flag"))
        json.member("note", ifPresent: resolution.text("note"))
        json.member("resolvedBy", ifPresent: resolution.text("resolvedBy"))
        json.member("resolvedAt", resolution.instant("resolvedAt").description)
    }

    private static func write(refund: Row, lines: [Row], to json: inout JSONWriter) {
        json.member("refundId", ifPresent: refund.text("refundId"))
        json.member("refundedAt", refund.instant("refundedAt").description)
        json.member("reason", ifPresent: refund.text("reason"))
        json.member("restock", refund["restock"] as Bool)
        json.member("total", refund.int("total"))
        json.array("lines", lines) { json, line in
            json.object { json in
                json.member("lineId", ifPresent: line.text("lineId"))
                json.member("quantity", line.int("quantity"))
                json.member("refundedBefore", line.int("refundedBefore"))
                json.member("net", line.int("net"))
                json.member("restocked", line.int("restocked"))
            }
        }
    }
}
