// Permits: what a person sets right afterwards.

/// The number of a permit in force was typed wrongly; the papers are the same.
public struct CorrectPermitNumber: Command {
    public static let name = MessageName("permits", "correct-permit-number")
    public var permitId = ""
    public var number = ""
    public var reason = ""
    public var officer = ""
    public init() {}

    public var subject: String { permitId }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("permitId", &permitId)
        try f.text("number", &number)
        try f.prose("reason", &reason)
        try f.person("officer", &officer)
    }
}

public struct PermitNumberCorrected: PermitEvent {
    public static let name = MessageName("permits", "permit-number-corrected")
    public var permit = PermitFacts()
    public var number = ""
    public var previousNumber: String?
    public var reason: String?
    public var officer: String?
    /// Oddities of the new number, for the officer.
    public var warnings: [String] = []
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try permit.fields(&f)
        try f.text("number", &number)
        try f.text("previousNumber", &previousNumber)
        try f.prose("reason", &reason)
        try f.person("officer", &officer)
        try f.texts("warnings", &warnings)
    }
}
