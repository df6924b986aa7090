import Contracts
import MessagingTesting
import PermitsService
import Primitives
import StrictJSON

/// Permits in a temporary folder, and the words that its tests use.
struct PermitsFixture {
    let harness: ServiceHarness

    init(now: String = "2026-02-05T02:00:00Z") throws { harness = try ServiceHarness(PermitsService.definition(), now: now) }

    /// A fixture with one permit in the named state, and nothing left to read of how it came there.
    init(_ state: String, kind: PermitKind = .sppIrt, validUntil: String? = nil, now: String = "2026-02-05T02:00:00Z") throws {
        try self.init(now: now)
        try apply(kind: kind)
        switch state {
        case "applied": break
        case "repair-requested": try requestRepair()
        case "refused": try refuse()
        case "approved": try approve(validUntil: validUntil)
        case "suspended":
            try approve(validUntil: validUntil)
            try suspend()
        case "revoked":
            try approve(validUntil: validUntil)
            try revoke()
        case "expired": try approve(validFrom: "2025-01-01", validUntil: "2026-02-04")
        default: throw UnknownState(state: state)
        }
        _ = try harness.takePublished()
    }

    struct UnknownState: Error { let state: String }

    // MARK: Commands

    @discardableResult
    func apply(
        _ permitId: String = "p1", kind: PermitKind = .sppIrt, regency: String? = "53.06", seller: String = "s1",
        product: String? = "product-1",
        documents: [String] = [], envelopeRegency: String? = nil
    ) throws -> TestReply {
        let command = ApplyForPermit.with {
            $0.permitId = permitId
            $0.permitKind = kind
            $0.regency = regency
            $0.sellerId = seller
            $0.productId = kind.isBusinessLevel ? nil : product
            $0.documents = documents
        }
        return try harness.send(command, regency: envelopeRegency)
    }

    @discardableResult
    func resubmit(_ permitId: String = "p1", documents: [String] = ["mended.pdf"]) throws -> TestReply {
        try harness.send(
            ResubmitPermit.with {
                $0.permitId = permitId
                $0.documents = documents
            })
    }

    @discardableResult
    func approve(
        _ permitId: String = "p1", number: String = "206530600010130", validFrom: String = "2026-02-01", validUntil: String? = nil,
        officer: String = "Maria"
    ) throws -> TestReply {
        try harness.send(
            ApprovePermit.with {
                $0.permitId = permitId
                $0.number = number
                $0.validFrom = date(validFrom)
                $0.validUntil = validUntil.map(date)
                $0.officer = officer
            })
    }

    @discardableResult
    func refuse(_ permitId: String = "p1", reason: String = "no kitchen", officer: String = "Maria") throws -> TestReply {
        try harness.send(
            RefusePermit.with {
                $0.permitId = permitId
                $0.reason = reason
                $0.officer = officer
            })
    }

    @discardableResult
    func requestRepair(_ permitId: String = "p1", reason: String = "label is missing", officer: String = "Maria") throws -> TestReply {
        try harness.send(
            RequestRepair.with {
                $0.permitId = permitId
                $0.reason = reason
                $0.officer = officer
            })
    }

    @discardableResult
    func suspend(_ permitId: String = "p1", reason: String = "inspection", on day: String? = nil) throws -> TestReply {
        try harness.send(
            SuspendPermit.with {
                $0.permitId = permitId
                $0.reason = reason
                $0.officer = "Yosef"
                $0.effectiveOn = day.map(date)
            })
    }

    @discardableResult
    func reinstate(_ permitId: String = "p1", reason: String = "mended", on day: String? = nil) throws -> TestReply {
        try harness.send(
            ReinstatePermit.with {
                $0.permitId = permitId
                $0.reason = reason
                $0.officer = "Yosef"
                $0.effectiveOn = day.map(date)
            })
    }

    @discardableResult
    func revoke(_ permitId: String = "p1", reason: String = "forged papers", on day: String? = nil) throws -> TestReply {
        try harness.send(
            RevokePermit.with {
                $0.permitId = permitId
                $0.reason = reason
                $0.officer = "Yosef"
                $0.effectiveOn = day.map(date)
            })
    }

    // MARK: What came of it

    /// The events since the last look, as `permit-approved p1`.
    func events() throws -> [String] { try harness.takePublished().map { "\($0.name) \($0.subject ?? "-")" } }

    func read(_ permitId: String = "p1") throws -> JSONValue { try harness.get("/v1/permits/\(permitId)").body }

    func state(_ permitId: String = "p1") throws -> String? { try read(permitId)["state"]?.string }

    /// The ids of a list.
    func list(_ query: String) throws -> [String] {
        try harness.get("/v1/permits\(query)").body["items"]?.elements.compactMap { $0["permitId"]?.string } ?? []
    }
}

func date(_ text: String) -> BusinessDate {
    guard let date = BusinessDate(text) else { preconditionFailure("\(text) is no date") }
    return date
}
