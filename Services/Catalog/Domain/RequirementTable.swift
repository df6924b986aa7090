public import Primitives

/// What the law asks of a product kind on a day.
public enum Demand: Sendable, Hashable {
    /// The product may not be sold, whatever papers exist.
    case prohibited
    /// Every one of these must be satisfied.
    case permits([Requirement])

    public var requirements: [Requirement] {
        switch self {
        case .prohibited: []
        case .permits(let requirements): requirements
        }
    }

    public var isProhibited: Bool { self == .prohibited }
}

/// A decision of the province that rows of the table may depend on.
public enum Policy: String, Choice {
    /// Whether refined local spirits may be sold at all.
    case alcoholRefined
}

/// A policy's dated switch.
public struct PolicySetting: Sendable, Hashable {
    public let policy: Policy
    public let isOn: Bool
    public let span: DateSpan

    public init(_ policy: Policy, isOn: Bool, _ span: DateSpan = .always) {
        self.policy = policy
        self.isOn = isOn
        self.span = span
    }
}

/// A row of the table: what it adds to the demands on a kind while it is in force.
public struct RequirementRule: Sendable, Hashable {
    public let kind: ProductKind
    public let demand: Demand
    /// The row counts only while this policy is on.
    public let policy: Policy?
    public let span: DateSpan

    public init(_ kind: ProductKind, _ demand: Demand, while policy: Policy? = nil, _ span: DateSpan = .always) {
        self.kind = kind
        self.demand = demand
        self.policy = policy
        self.span = span
    }
}

/// Which product kind needs which permits on which day: data, not code. Rows of one kind add up; a prohibition beats every other row.
///
/// A kind without any row in force is prohibited: nothing says that it may be sold.
public struct RequirementTable: Sendable, Hashable {
    public let rules: [RequirementRule]
    public let policies: [PolicySetting]

    public init(_ rules: [RequirementRule], policies: [PolicySetting] = []) {
        self.rules = rules
        self.policies = policies
    }

    public func demand(on kind: ProductKind, at date: BusinessDate) -> Demand {
        var requirements: [Requirement] = []
        var isKnown = false
        for rule in rules where rule.kind == kind && rule.span.contains(date) && isOn(rule.policy, at: date) {
            isKnown = true
            switch rule.demand {
            case .prohibited: return .prohibited
            case .permits(let more): for requirement in more where !requirements.contains(requirement) { requirements.append(requirement) }
            }
        }
        return isKnown ? .permits(requirements) : .prohibited
    }

    /// Days on which the demands on a kind may change.
    public func turns(of kind: ProductKind) -> [BusinessDate] {
        rules.filter { $0.kind == kind }.flatMap { rule in
            rule.span.turns + policies.filter { $0.policy == rule.policy }.flatMap(\.span.turns)
        }
    }

    /// Of several settings for a day, the last one counts; without any, a policy is off.
    private func isOn(_ policy: Policy?, at date: BusinessDate) -> Bool {
        guard let policy else { return true }
        return policies.last { $0.policy == policy && $0.span.contains(date) }?.isOn ?? false
    }
}

extension RequirementTable {
    /// The rows that ship with the platform.
    public static let builtIn = RequirementTable([
        RequirementRule(.foodDry, .permits([nib, Requirement(.sppIrt)])),
        RequirementRule(.foodDry, .permits([Requirement(.halal)]), DateSpan(from: halalObligation, until: nil)),
        RequirementRule(.foodHighRisk, .permits([nib, Requirement(.bpomMd)])),
        RequirementRule(.saltIodised, .permits([nib, Requirement(.sni), Requirement(.bpomMd)])),
        RequirementRule(.foodFreshPlant, .permits([nib, Requirement(.psat)])),
        RequirementRule(.foodShortLife, .permits([nib, Requirement(.hygiene)])),
        RequirementRule(.cosmetic, .permits([nib, Requirement(.bpomNa)])),
        RequirementRule(.traditionalMedicine, .permits([nib, Requirement(.bpomTr)])),
        RequirementRule(.household, .permits([nib, Requirement(.pkrt)])),
        RequirementRule(.textile, .permits([nib])),
        RequirementRule(.craft, .permits([nib])),
        RequirementRule(.agriInput, .permits([nib])),
        RequirementRule(.book, .permits([Requirement(.nib, or: .schoolLetter)])),
        RequirementRule(.alcoholRefined, .permits([nib, Requirement(.bpomMd)]), while: .alcoholRefined),
        RequirementRule(.alcoholUnrefined, .prohibited),
    ])

    private static let nib = Requirement(.nib)
    /// 17 October 2026: end of the grace period of Government Regulation 42/2024 for food of small makers.
    private static let halalObligation = BusinessDate(year: 2026, month: 10, dayOfMonth: 17)
}
