import CatalogService
import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON

/// A catalog for a test, with short words for what tests say often. Unless told otherwise: 5 February 2026, the mart of Flores Timur is open,
/// and its seller `ina` is registered.
struct World {
    let harness: ServiceHarness

    init(now: String = "2026-02-05T02:00:00Z", rules: String? = nil, isMartOpen: Bool = true) throws {
        let file = try rules.map { try JSONDocument(parsing: Array($0.utf8)).root }
        harness = try ServiceHarness(CatalogService.definition(rules: file), now: now)
        if isMartOpen { try openMart() }
        try addSeller("ina")
        _ = try news()
    }

    @discardableResult
    func openMart(_ regency: String = "53.06", on date: String = "2026-02-05") throws -> TestReply {
        try harness.send(
            OpenMart.with {
                $0.regency = regency
                $0.martName = "NTT Mart"
                $0.openedOn = day(date)
            })
    }

    @discardableResult
    func close(_ regency: String = "53.06", on date: String? = nil, reason: String = "flood") throws -> TestReply {
        try harness.send(
            CloseMart.with {
                $0.regency = regency
                $0.closedOn = date.map(day)
                $0.reason = reason
                $0.closedBy = "Maria"
            })
    }

    @discardableResult
    func reopen(_ regency: String = "53.06", on date: String? = nil, reason: String = "dry again") throws -> TestReply {
        try harness.send(
            ReopenMart.with {
                $0.regency = regency
                $0.reopenedOn = date.map(day)
                $0.reason = reason
                $0.reopenedBy = "Yosef"
            })
    }

    @discardableResult
    func addSeller(_ sellerId: String, in regency: String = "53.06", phone: String? = nil) throws -> TestReply {
        try harness.send(
            RegisterSeller.with {
                $0.sellerId = sellerId
                $0.sellerName = "UMKM \(sellerId)"
                $0.regency = regency
                $0.phone = phone
            })
    }

    @discardableResult
    func addProduct(
        _ productId: String, _ kind: ProductKind = .craft, of sellerId: String = "ina", price: Int64 = 25_000,
        _ change: (inout RegisterProduct) -> Void = { _ in }
    ) throws -> TestReply {
        try harness.send(Self.product(productId, kind, of: sellerId, price: price, change))
    }

    static func product(
        _ productId: String, _ kind: ProductKind = .craft, of sellerId: String = "ina", price: Int64 = 25_000,
        _ change: (inout RegisterProduct) -> Void = { _ in }
    ) -> RegisterProduct {
        RegisterProduct.with {
            $0.productId = productId
            $0.sellerId = sellerId
            $0.productName = "Product \(productId)"
            $0.programme = .ovop
            $0.origin.villageCode = "53.06.07.2005"
            $0.kind = kind
            $0.price = Rupiah(price)
            change(&$0)
        }
    }

    @discardableResult
    func withdraw(_ productId: String, _ reason: String = "no longer made") throws -> TestReply {
        try harness.send(
            WithdrawProduct.with {
                $0.productId = productId
                $0.reason = reason
            })
    }

    @discardableResult
    func reclassify(_ productId: String, to kind: ProductKind) throws -> TestReply {
        try harness.send(
            ReclassifyProduct.with {
                $0.productId = productId
                $0.kind = kind
            })
    }

    @discardableResult
    func setPrice(_ productId: String, _ price: Int64, on date: String? = nil) throws -> TestReply {
        try harness.send(
            ChangePrice.with {
                $0.productId = productId
                $0.price = Rupiah(price)
                $0.effectiveOn = date.map(day)
            })
    }

    // MARK: Permits

    @discardableResult
    func approve(
        _ permitId: String, _ kind: PermitKind = .nib, of sellerId: String = "ina", for productId: String? = nil,
        from: String = "2026-01-01",
        until: String? = nil, sequence: Int64? = nil
    ) throws -> RecordedOutcome {
        try harness.receive(
            PermitApproved.with {
                $0.permit = facts(permitId, kind, sellerId, productId)
                $0.number = "1234567890123"
                $0.validFrom = day(from)
                $0.validUntil = until.map(day)
                $0.officer = "Officer"
            }, sequence: sequence)
    }

    @discardableResult
    func suspend(
        _ permitId: String, _ kind: PermitKind = .nib, of sellerId: String = "ina", for productId: String? = nil, on date: String? = nil,
        sequence: Int64? = nil
    ) throws -> RecordedOutcome {
        try harness.receive(
            PermitSuspended.with {
                $0.permit = facts(permitId, kind, sellerId, productId)
                $0.decision.effectiveOn = date.map(day)
            }, sequence: sequence)
    }

    @discardableResult
    func reinstate(_ permitId: String, _ kind: PermitKind = .nib, on date: String? = nil, sequence: Int64? = nil) throws -> RecordedOutcome
    {
        try harness.receive(
            PermitReinstated.with {
                $0.permit = facts(permitId, kind, "ina", nil)
                $0.decision.effectiveOn = date.map(day)
            }, sequence: sequence)
    }

    @discardableResult
    func revoke(_ permitId: String, _ kind: PermitKind = .nib, on date: String? = nil, sequence: Int64? = nil) throws -> RecordedOutcome {
        try harness.receive(
            PermitRevoked.with {
                $0.permit = facts(permitId, kind, "ina", nil)
                $0.decision.effectiveOn = date.map(day)
            }, sequence: sequence)
    }

    @discardableResult
    func expire(_ permitId: String, _ kind: PermitKind = .nib, until date: String? = nil, sequence: Int64? = nil) throws -> RecordedOutcome
    {
        try harness.receive(
            PermitExpired.with {
                $0.permit = facts(permitId, kind, "ina", nil)
                $0.validUntil = date.map(day)
            }, sequence: sequence)
    }

    private func facts(_ permitId: String, _ kind: PermitKind, _ sellerId: String, _ productId: String?) -> PermitFacts {
        var facts = PermitFacts()
        facts.permitId = permitId
        facts.permitKind = kind
        facts.sellerId = sellerId
        facts.productId = productId
        return facts
    }

    // MARK: What came of it

    /// Events since the last call, each in a line: `product-held p1 permit-expired nib,halal`.
    func news() throws -> [String] {
        try harness.takePublished().map { event in
            var words = [event.name, event.subject ?? "-"]
            switch event.name {
            case "product-listed": words += event.data["listedUntil"]?.string.map { ["until", $0] } ?? []
            case "product-held":
                words.append(event.data["reason"]?.string ?? "-")
                let missing = event.data["missingPermits"]?.elements.compactMap(\.string) ?? []
                if !missing.isEmpty { words.append(missing.joined(separator: ",")) }
            default: break
            }
            return words.joined(separator: " ")
        }
    }

    /// `listed`, `held permit-expired` …, as `/v1/products/{id}` says it.
    func state(of productId: String) throws -> String {
        let body = try harness.get("/v1/products/\(productId)").body
        return [body["state"]?.string, body["reason"]?.string].compactMap { $0 }.joined(separator: " ")
    }

    func missing(_ productId: String) throws -> [String] {
        try harness.get("/v1/products/\(productId)").body["missingPermits"]?.elements.compactMap(\.string) ?? ["?"]
    }

    func price(of productId: String) throws -> Int64? { try harness.get("/v1/products/\(productId)").body["price"]?.int64 }

    /// The ids of a list, in order.
    func ids(_ path: String, _ name: StaticString = "productId") throws -> [String] {
        try harness.get(path).body["items"]?.elements.compactMap { $0[name]?.string } ?? ["?"]
    }
}

/// A date that the test has written itself.
func day(_ text: String) -> BusinessDate {
    guard let date = BusinessDate(text) else { preconditionFailure("\(text) is no date") }
    return date
}
