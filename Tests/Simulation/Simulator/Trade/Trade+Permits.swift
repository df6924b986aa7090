import Contracts
import Primitives

/// What sellers ask of the offices, and what those decide.
extension Trade {
    mutating func nib(of seller: String, _ regency: String) -> any Command {
        let permit = Permit(id: newId("permit"), kind: .nib)
        permits.append(permit)
        return ApplyForPermit.with {
            $0.permitId = permit.id
            $0.permitKind = .nib
            $0.regency = regency
            $0.sellerId = seller
        }
    }

    mutating func apply() -> any Command {
        guard let seller = pick(sellers) else { return registerSeller() }
        guard chance(1, 2), let product = pick(products) else { return nib(of: seller.id, seller.regency) }
        let wanted: [PermitKind] =
            product.kind == .book ? [.schoolLetter] : product.kind == .foodShortLife ? [.hygiene] : [.sppIrt, .halal]
        let permit = Permit(id: newId("permit"), kind: wanted[below(wanted.count)])
        permits.append(permit)
        return ApplyForPermit.with {
            $0.permitId = permit.id
            $0.permitKind = permit.kind
            $0.regency = product.regency
            $0.sellerId = product.seller
            $0.productId = product.id
        }
    }

    mutating func approve(_ permit: Permit, _ today: BusinessDate) -> any Command {
        count += 1
        // The first is for good.
        let (begin, length, end) = permit.id == permits[0].id ? (0, 3, 0) : (below(3), below(4), below(6))
        let isImported = chance(1, 30) && permit.kind == .nib
        return ApprovePermit.with {
            $0.permitId = permit.id
            $0.number = isImported ? "ML123456789012" : "1234567890123"
            $0.validFrom = today.adding(days: begin - 1)
            $0.validUntil = length < 2 ? today.adding(days: begin + end) : length == 2 ? today.adding(days: 200) : nil
            $0.officer = "Officer"
        }
    }

    mutating func decide(_ today: BusinessDate) -> (any Command)? {
        guard let permit = known(permits, \.id) else { return nil }
        let effectiveOn: BusinessDate? = chance(1, 2) ? nil : today.adding(days: below(4))
        count += 1
        let reason = "reason \(count)"
        func fill<D: ReasonedDecision>(_ type: D.Type) -> D {
            .with {
                $0.permitId = permit.id
                $0.reason = reason
                $0.officer = "Officer"
            }
        }
        func dated<D: DatedDecision>(_ type: D.Type) -> D {
            var decision = fill(type)
            decision.effectiveOn = effectiveOn
            return decision
        }
        switch below(12) {
        case 0: return fill(RequestRepair.self)
        case 1: return fill(RefusePermit.self)
        case 2...3:
            return ResubmitPermit.with {
                $0.permitId = permit.id
                $0.documents = [reason]
            }
        case 4...6: return dated(SuspendPermit.self)
        case 7...10: return dated(ReinstatePermit.self)
        default: return dated(RevokePermit.self)
        }
    }

    /// Suspended and reinstated at once: who hears of it in another order must not be misled.
    mutating func backAndForth(_ today: BusinessDate) -> [any Command] {
        guard let permit = chance(2, 3) ? permits.first : known(permits, \.id) else { return [apply()] }
        return [false, true].map { isBack in
            count += 1
            let reason = "reason \(count)"
            return isBack
                ? ReinstatePermit.with { ($0.permitId, $0.reason, $0.officer) = (permit.id, reason, "Officer") }
                : SuspendPermit.with { ($0.permitId, $0.reason, $0.officer) = (permit.id, reason, "Officer") }
        }
    }

    mutating func correctNumber() -> (any Command)? {
        guard let permit = known(permits, \.id) else { return nil }
        let number = chance(1, 12) ? "ML123456789012" : "12345678901\(10 + below(3))"
        return CorrectPermitNumber.with { ($0.permitId, $0.number, $0.reason, $0.officer) = (permit.id, number, "mistyped", "Officer") }
    }
}
