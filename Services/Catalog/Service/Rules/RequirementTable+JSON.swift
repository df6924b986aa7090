import CatalogDomain
import Contracts
import Primitives
import StrictJSON

/// The rules file's part that is Catalog's:
///
///     { "permitRequirements": [ {"kind": "food-dry", "permits": ["nib", "spp-irt"]},
///                               {"kind": "food-dry", "permits": ["halal"], "validFrom": "2026-10-17"},
///                               {"kind": "alcohol-unrefined", "prohibited": true}, … ],
///       "policies": {"alcoholRefined": [{"on": true, "validFrom": "2027-01-01"}]} }
///
/// `permitRequirements` replaces the built-in rows as a whole. Inside a row every member is known, for a misspelt date would change the law.
extension RequirementTable {
    static func read(_ file: JSONValue?) throws(InvalidData) -> RequirementTable {
        guard let file else { return .builtIn }
        guard file.kind == .object else { throw InvalidData("", "the rules must be an object") }
        var rules = RequirementTable.builtIn.rules
        if let rows = file["permitRequirements"], !rows.isNull {
            guard rows.kind == .array else { throw InvalidData("permitRequirements", "must be a list") }
            rules = []
            for (index, row) in rows.elements.enumerated() {
                rules.append(try Row.read(row, as: RequirementRow.self, at: "permitRequirements[\(index)]").rule())
            }
        }
        return RequirementTable(rules, policies: try policies(file))
    }

    /// Policies of other services stand in the same object and are theirs to check.
    private static func policies(_ file: JSONValue) throws(InvalidData) -> [PolicySetting] {
        guard let policies = file["policies"], !policies.isNull else { return [] }
        guard policies.kind == .object else { throw InvalidData("policies", "must be an object") }
        var settings: [PolicySetting] = []
        for (name, value) in policies.members {
            guard let policy = Policy(rawValue: name) else { continue }
            if let isOn = value.bool {
                settings.append(PolicySetting(policy, isOn: isOn))
                continue
            }
            guard value.kind == .array else { throw InvalidData("policies.\(name)", "must be true, false, or a list of dated settings") }
            for (index, element) in value.elements.enumerated() {
                let row = try Row.read(element, as: PolicyRow.self, at: "policies.\(name)[\(index)]")
                settings.append(PolicySetting(policy, isOn: row.isOn, DateSpan(from: row.validFrom, until: row.validUntil)))
            }
        }
        return settings
    }
}

private protocol DatedRow: Record {
    static var members: Set<String> { get }
    var validFrom: BusinessDate? { get }
    var validUntil: BusinessDate? { get }
}

private enum Row {
    static func read<R: DatedRow>(_ value: JSONValue, as type: R.Type, at path: String) throws(InvalidData) -> R {
        for member in value.members where !R.members.contains(member.name) {
            throw InvalidData("\(path).\(member.name)", "is no known member")
        }
        do throws(InvalidData) {
            let row = try FieldReader.read(R.self, from: value)
            if let from = row.validFrom, let until = row.validUntil, until < from {
                throw InvalidData("validUntil", "must not be before validFrom")
            }
            return row
        } catch {
            throw InvalidData(error.field.isEmpty ? path : "\(path).\(error.field)", error.message)
        }
    }
}

private struct RequirementRow: DatedRow {
    static let members: Set<String> = ["kind", "permits", "prohibited", "policy", "validFrom", "validUntil"]
    var kind = ProductKind.craft
    var permits: [String] = []
    var isProhibited = false
    var policy: Policy?
    var validFrom: BusinessDate?
    var validUntil: BusinessDate?

    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.choice("kind", &kind)
        try f.texts("permits", &permits)
        try f.flag("prohibited", &isProhibited)
        try f.choice("policy", &policy)
        try f.date("validFrom", &validFrom)
        try f.date("validUntil", &validUntil)
    }

    func check() throws(InvalidData) {
        if isProhibited, !permits.isEmpty { throw InvalidData("permits", "must be absent: the row prohibits") }
        for text in permits where Requirement(text) == nil {
            throw InvalidData("permits", "'\(text)' is no permit kind, nor kinds joined by bars")
        }
    }

    func rule() -> RequirementRule {
        let demand: Demand = isProhibited ? .prohibited : .permits(permits.compactMap { Requirement($0) })
        return RequirementRule(kind, demand, while: policy, DateSpan(from: validFrom, until: validUntil))
    }
}

private struct PolicyRow: DatedRow {
    static let members: Set<String> = ["on", "validFrom", "validUntil"]
    var isOn = false
    var validFrom: BusinessDate?
    var validUntil: BusinessDate?

    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.requiredFlag("on", &isOn)
        try f.date("validFrom", &validFrom)
        try f.date("validUntil", &validUntil)
    }
}
