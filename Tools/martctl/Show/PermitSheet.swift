import StrictJSON

/// A permit: where its application stands.
struct PermitSheet: Sheet {
    private let id: String
    private let permit: JSONValue?
    let way: Way

    var parts: [(name: String, answer: JSONValue?)] { [("permit", permit)] }

    init(_ id: String, _ sides: ReadSides) async throws {
        let escaped = HTTPClient.escaped(id)
        self.id = id
        permit = try await sides.permits.find("/v1/permits/\(escaped)")
        way = try await Way.find("subject=\(escaped)", sides)
    }

    var text: String {
        guard let permit else { return Heading.text("Permit \(id)") + "\n  Permits does not know it" }
        var facts = Facts()
        facts.add("kind", "\(permit.text("permitKind")), decided by \(permit.text("agency"))")
        facts.add(
            "for",
            permit["productId"]?.string.map { "product \($0) of seller \(permit.text("sellerId"))" } ?? "seller \(permit.text("sellerId"))")
        facts.add("regency", permit.text("regency"))
        facts.add("state", permit.text("state") + (permit["inForce"]?.bool == true ? ", in force" : ""))
        facts.add("number", permit.text("number"))
        facts.add("valid", permit["validFrom"]?.string.map { "\($0) to \(permit["validUntil"]?.string ?? "no end")" } ?? "–")
        facts.add("days left", permit.text("daysLeft"))
        facts.add("reason", permit.text("reason"))
        facts.add("officer", permit.text("officer"))
        facts.add("effective on", permit.text("effectiveOn"))
        facts.add("applied", permit.moment("appliedAt"))
        facts.add("changed", permit.moment("changedAt"))
        let warnings = permit.texts("warnings").map { Paragraph.text("! \($0)", indent: 2) }
        return ([Heading.text("Permit \(id)"), facts.text] + warnings).joined(separator: "\n")
    }
}
