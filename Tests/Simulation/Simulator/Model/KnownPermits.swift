import Contracts
import MessagingTesting
import Primitives

/// What can be asked about permits to judge a listing.
protocol PermitView {
    /// Kinds that are in force for a product of a seller on a day, as far as is known today.
    func inForce(for product: String, of seller: String, on date: BusinessDate, today: BusinessDate) -> Set<PermitKind>
    /// Days from which one of them may no longer be.
    func ends(for product: String, of seller: String, today: BusinessDate) -> [BusinessDate]
}

/// What Catalog has been told of permits, in whatever order it came. While Permits lives its first life, that is what Permits holds.
struct KnownPermits: PermitView {
    struct Permit {
        var kind: PermitKind
        var seller: String
        var product: String?
        var validity: (from: BusinessDate, until: BusinessDate?)?
        var number: String?
        var correctedNumber: String?
        var suspended: (from: BusinessDate, until: BusinessDate?)?
        /// The first day after its end, whatever ended it.
        var endedOn: BusinessDate?
        fileprivate var granted = Said.never
        fileprivate var numbered = Said.never
        fileprivate var decided = Said.never

        fileprivate init(_ facts: PermitFacts) { (kind, seller, product) = (facts.permitKind, facts.sellerId, facts.productId) }

        func isInForce(on date: BusinessDate) -> Bool {
            guard let validity, validity.from <= date, validity.until.map({ date <= $0 }) ?? true else { return false }
            if let endedOn, endedOn <= date { return false }
            guard let suspended, suspended.from <= date else { return true }
            return suspended.until.map { $0 < date } ?? false
        }
    }

    private var permits: [String: Permit] = [:]

    func number(of permit: String) -> String? { permits[permit].flatMap { $0.validity == nil ? nil : $0.correctedNumber ?? $0.number } }

    mutating func learn(_ event: PublishedEvent, on today: BusinessDate) throws {
        let said = Said(event)
        switch event.name {
        case "permit-approved":
            let approved = try event.decode(PermitApproved.self)
            change(approved.permit, \.granted, said) { permit in
                (permit.kind, permit.seller, permit.product) = (
                    approved.permit.permitKind, approved.permit.sellerId, approved.permit.productId
                )
                (permit.validity, permit.number) = ((approved.validFrom, approved.validUntil), approved.number)
                if permit.numbered < said { (permit.numbered, permit.correctedNumber) = (said, nil) }
            }
        case "permit-number-corrected":
            let corrected = try event.decode(PermitNumberCorrected.self)
            change(corrected.permit, \.numbered, said) { $0.correctedNumber = corrected.number }
        case "permit-suspended":
            let decided = try event.decode(PermitSuspended.self)
            let day = decided.decision.effectiveOn ?? today
            change(decided.permit, \.decided, said) { permit in
                // One that still reaches into the days ahead goes on.
                let isOver = permit.suspended.map { $0.until.map { $0 < day && $0 < today } ?? false } ?? true
                permit.suspended = (isOver ? day : min(permit.suspended?.from ?? day, day), nil)
            }
        case "permit-reinstated":
            let decided = try event.decode(PermitReinstated.self)
            let day = decided.decision.effectiveOn ?? today
            change(decided.permit, \.decided, said) { permit in
                guard let known = permit.suspended else { return }
                let last = day.adding(days: -1)
                permit.suspended = day <= known.from ? nil : (known.from, known.until.map { min($0, last) } ?? last)
            }
        case "permit-revoked":
            let decided = try event.decode(PermitRevoked.self)
            change(decided.permit, \.decided, said) { $0.end(decided.decision.effectiveOn ?? today) }
        case "permit-expired":
            let expired = try event.decode(PermitExpired.self)
            change(expired.permit, \.decided, said) { $0.end(expired.validUntil?.adding(days: 1) ?? today) }
        default: break
        }
    }

    /// Of one aspect, only what was said later than what is known.
    private mutating func change(
        _ facts: PermitFacts, _ aspect: WritableKeyPath<Permit, Said>, _ said: Said, _ change: (inout Permit) -> Void
    ) {
        var permit = permits[facts.permitId] ?? Permit(facts)
        guard permit[keyPath: aspect] < said else { return }
        permit[keyPath: aspect] = said
        change(&permit)
        permits[facts.permitId] = permit
    }

    private func counting(for product: String, of seller: String) -> [Permit] {
        permits.values.filter { $0.seller == seller && ($0.kind == .nib || $0.product == product) }
    }

    func inForce(for product: String, of seller: String, on date: BusinessDate, today: BusinessDate) -> Set<PermitKind> {
        Set(counting(for: product, of: seller).filter { $0.isInForce(on: date) }.map(\.kind))
    }

    func ends(for product: String, of seller: String, today: BusinessDate) -> [BusinessDate] {
        counting(for: product, of: seller).flatMap { [$0.validity?.until?.adding(days: 1), $0.suspended?.from, $0.endedOn] }.compactMap {
            $0
        }
    }
}

extension KnownPermits.Permit {
    /// Of two ends, the earlier stays.
    fileprivate mutating func end(_ day: BusinessDate) { endedOn = min(endedOn ?? day, day) }
}
