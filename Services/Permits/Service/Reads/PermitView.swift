import GRDB
import PermitsDomain
import Primitives
import StrictJSON

/// A permit as the read side shows it.
struct PermitView {
    let permitId: String
    private let row: Row
    private let today: BusinessDate

    init(_ row: Row, today: BusinessDate) {
        permitId = row["permitId"]
        self.row = row
        self.today = today
    }

    func write(to json: inout JSONWriter) {
        let state = PermitState(rawValue: row["state"])
        let validFrom = (row["validFrom"] as Int64?).map(PermitsReads.day)
        let validUntil = (row["validUntil"] as Int64?).map(PermitsReads.day)
        json.member("permitId", permitId)
        json.member("permitKind", row["permitKind"] as String)
        json.member("agency", row["agency"] as String)
        json.member("regency", row["regency"] as String)
        json.member("sellerId", row["sellerId"] as String)
        json.member("productId", ifPresent: row["productId"] as String?)
        json.member("state", row["state"] as String)
        json.key("documents")
        json.raw((row["documents"] as String).utf8)
        json.member("number", ifPresent: row["number"] as String?)
        json.member("validFrom", ifPresent: validFrom?.description)
        json.member("validUntil", ifPresent: validUntil?.description)
        json.member("approvedBy", ifPresent: row["approvedBy"] as String?)
        json.key("warnings")
        json.raw((row["warnings"] as String).utf8)
        let isInForce = state == .approved && (validFrom.map { $0 <= today } ?? false) && (validUntil.map { today <= $0 } ?? true)
        json.member("inForce", isInForce)
        if state?.isLive == true, let validUntil { json.member("daysLeft", max(0, today.days(until: validUntil))) }
        json.member("reason", ifPresent: row["reason"] as String?)
        json.member("officer", ifPresent: row["officer"] as String?)
        json.member("effectiveOn", (PermitsReads.day(row["effectiveOn"])).description)
        json.member("appliedAt", Instant(milliseconds: row["appliedAt"]).description)
        json.member("changedAt", Instant(milliseconds: row["occurredAt"]).description)
    }
}
