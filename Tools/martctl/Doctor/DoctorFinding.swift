import StrictJSON

/// What the doctor found in one place, and what helps.
struct DoctorFinding: Sendable, Equatable {
    enum Severity: Int, Sendable, Comparable {
        case fine
        /// Good to know.
        case note
        /// Works, and may not go on working.
        case warning
        /// Does not work, or money and messages are at risk.
        case fault

        static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

        var word: String { ["fine", "note", "warning", "fault"][rawValue] }
        var sign: String { ["✓", "·", "!", "✗"][rawValue] }
    }

    enum Area: String, Sendable, CaseIterable {
        case services, broker, versions, durability, topology
        case deadLetters = "dead letters"
        case queues, clock, disk, permissions
    }

    let severity: Severity
    let area: Area
    let what: String
    /// What to do; empty where nothing is.
    let cure: String

    init(_ severity: Severity, _ area: Area, _ what: String, cure: String) {
        (self.severity, self.area, self.what, self.cure) = (severity, area, what, cure)
    }

    static func fine(_ area: Area, _ what: String) -> DoctorFinding { .init(.fine, area, what, cure: "") }
    static func note(_ area: Area, _ what: String, cure: String = "") -> DoctorFinding { .init(.note, area, what, cure: cure) }
    static func warning(_ area: Area, _ what: String, cure: String) -> DoctorFinding { .init(.warning, area, what, cure: cure) }
    static func fault(_ area: Area, _ what: String, cure: String) -> DoctorFinding { .init(.fault, area, what, cure: cure) }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("severity", severity.word)
            json.member("area", area.rawValue)
            json.member("what", what)
            if !cure.isEmpty { json.member("cure", cure) }
        }
    }
}

extension [DoctorFinding] {
    /// With a good word in front where nothing here needs anybody.
    func orFine(_ area: DoctorFinding.Area, _ what: String) -> [DoctorFinding] {
        allSatisfy { $0.severity < .warning } ? [.fine(area, what)] + self : self
    }
}

/// The findings on a screen of 80 columns.
enum DoctorScreen {
    static func text(_ findings: [DoctorFinding]) -> String {
        var lines: [String] = []
        for area in DoctorFinding.Area.allCases {
            for finding in findings where finding.area == area {
                lines.append(Paragraph.text("\(finding.severity.sign) \(area.rawValue): \(finding.what)", indent: 2))
                if !finding.cure.isEmpty { lines.append(Paragraph.text("→ \(finding.cure)", indent: 6)) }
            }
        }
        let faults = findings.count { $0.severity == .fault }
        let warnings = findings.count { $0.severity == .warning }
        var verdict = [faults > 0 ? "✗ \(faults) to mend now" : nil, warnings > 0 ? "! \(warnings) to look at" : nil].compactMap(\.self)
        if verdict.isEmpty { verdict = ["✓ nothing to do"] }
        return lines.joined(separator: "\n") + "\n\n  \(verdict.joined(separator: ", "))\n"
    }
}
