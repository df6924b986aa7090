import ConsignmentDomain
import GRDB
import Primitives
import ServiceFramework
import StrictJSON

enum LotReads {
    static let one = Route.get("/v1/lots/{id}", "A lot: what was accepted of it, what has become of that, and what counts found") {
        request, db, json in
        let id = request.pathValue("id")
        guard let lot = try Row.fetchOne(db, sql: "SELECT * FROM lot WHERE lotId = ?", arguments: [id]) else {
            throw ReadError.notFound("lot \(id) is not known here")
        }
        let adjustments = try Row.fetchAll(
            db, sql: "SELECT * FROM stockAdjustment WHERE lotNumber = ? ORDER BY adjustmentNumber", arguments: [lot.int("lotNumber")])
        json.object { json in
            json.member("lotId", id)
            json.member("productId", ifPresent: lot.text("productId"))
            json.member("sellerId", ifPresent: lot.text("sellerId"))
            json.member("regency", ifPresent: lot.text("regency"))
            json.member("state", state(of: lot, on: request.today).rawValue)
            json.member("receivedAt", lot.instant("receivedAt").description)
            json.member("expiresOn", ifPresent: lot.date("expiresOn")?.description)
            json.member("offered", lot.int("offered"))
            json.member("refusedReason", ifPresent: lot.text("refusedReason"))
            // accepted + adjusted = onHand + sold − refundedToStock + returned + writtenOff
            json.member("accepted", lot.int("accepted"))
            json.member("onHand", lot.int("onHand"))
            json.member("sold", lot.int("sold"))
            json.member("refundedToStock", lot.int("restocked"))
            json.member("returned", lot.int("returned"))
            json.member("writtenOff", lot.int("writtenOff"))
            json.member("adjusted", lot.int("adjusted"))
            json.array("adjustments", adjustments) { json, adjustment in
                json.object { json in
                    json.member("adjustmentId", ifPresent: adjustment.text("adjustmentId"))
                    json.member("difference", adjustment.int("difference"))
                    json.member("reason", ifPresent: adjustment.text("reason"))
                    json.member("countedBy", ifPresent: adjustment.text("countedBy"))
                    json.member("approvedBy", ifPresent: adjustment.text("approvedBy"))
                    json.member("adjustedAt", adjustment.instant("adjustedAt").description)
                }
            }
        }
    }

    static func state(of lot: Row, on today: BusinessDate) -> LotState {
        LotState(emptiedBy: lot.text("emptiedBy").flatMap(LotEnd.init), expiresOn: lot.date("expiresOn"), on: today)
    }
}
