public import Primitives
public import StrictJSON

/// Describes a record as a JSON Schema (2020-12), from the same field list that reads and writes it.
public struct SchemaBuilder: Fields {
    /// What the schema is for: fields with a default may be left out by a sender, but our own messages always have them.
    public enum Side: Sendable {
        case asked, written
    }

    private let side: Side
    private var properties = JSONWriter()
    private var required: [String] = []

    private init(_ side: Side) { self.side = side }

    /// An object schema; members that it does not name are allowed, as receivers ignore them.
    public static func schema<R: Record>(of type: R.Type, as side: Side) -> [UInt8] {
        var record = R()
        var builder = SchemaBuilder(side)
        builder.properties.beginObject()
        do {
            try record.fields(&builder)
        } catch {
            preconditionFailure("describing never refuses a value: \(error)")
        }
        builder.properties.endObject()
        return JSONWriter.object { json in
            json.member("type", "object")
            if !builder.required.isEmpty { json.member("required", builder.required) }
            json.key("properties")
            json.raw(builder.properties.bytes)
        }
    }

    private mutating func property(_ name: StaticString, required isRequired: Bool, _ schema: (inout JSONWriter) -> Void) {
        if isRequired { required.append("\(name)") }
        properties.object(name, schema)
    }

    private mutating func list(_ name: StaticString, required isRequired: Bool, of element: @escaping (inout JSONWriter) -> Void) {
        property(name, required: isRequired) { json in
            json.member("type", "array")
            json.object("items", element)
        }
    }

    // MARK: Kinds of values, section 3 of the contract

    /// The schema of an id.
    public static func id(_ json: inout JSONWriter) {
        json.member("type", "string")
        json.member("pattern", "^[A-Za-z0-9._:-]{1,\(Identifier.maximumLength)}$")
    }

    /// The schema of a text as it may stand in a store.
    public static func text(_ json: inout JSONWriter) {
        json.member("type", "string")
        json.member("minLength", 1)
        json.member("maxLength", 500)
    }

    /// The schema of a text as a sender must write it. The pattern is the part of the rule that every dialect of regular expressions can say.
    private static func text(_ rule: TextRule) -> (inout JSONWriter) -> Void {
        { json in
            text(&json)
            let controls = rule == .prose ? #"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"# : #"\u0000-\u001f\u007f-\u009f"#
            json.member("pattern", #"^[^\#(controls)]*[^\s\#(controls)][^\#(controls)]*$"#)
            if rule == .person { json.member("description", "name of a person, without format characters") }
        }
    }

    /// The schema of a regency's code.
    public static func regency(_ json: inout JSONWriter) {
        json.member("type", "string")
        json.member("enum", Regency.all.map { $0.code })
    }

    /// The schema of a business date.
    public static func date(_ json: inout JSONWriter) {
        json.member("type", "string")
        json.member("format", "date")
    }

    /// The schema of an instant.
    public static func instant(_ json: inout JSONWriter) {
        json.member("type", "string")
        json.member("format", "date-time")
    }

    private static func integer(_ range: ClosedRange<Int64>, _ json: inout JSONWriter) {
        json.member("type", "integer")
        json.member("minimum", range.lowerBound)
        json.member("maximum", range.upperBound)
    }

    private static func choice<C: Choice>(_ type: C.Type, _ json: inout JSONWriter) {
        json.member("type", "string")
        json.member("enum", C.allCases.map { $0.rawValue })
    }

    // MARK: Fields

    public mutating func id(_ name: StaticString, _ value: inout String) { property(name, required: true, Self.id) }
    public mutating func id(_ name: StaticString, _ value: inout String?) { property(name, required: false, Self.id) }
    public mutating func text(_ name: StaticString, _ value: inout String) { property(name, required: true, Self.text(.line)) }
    public mutating func text(_ name: StaticString, _ value: inout String?) { property(name, required: false, Self.text(.line)) }
    public mutating func prose(_ name: StaticString, _ value: inout String) { property(name, required: true, Self.text(.prose)) }
    public mutating func prose(_ name: StaticString, _ value: inout String?) { property(name, required: false, Self.text(.prose)) }
    public mutating func person(_ name: StaticString, _ value: inout String) { property(name, required: true, Self.text(.person)) }
    public mutating func person(_ name: StaticString, _ value: inout String?) { property(name, required: false, Self.text(.person)) }
    public mutating func texts(_ name: StaticString, _ value: inout [String]) {
        list(name, required: side == .written, of: Self.text(.line))
    }
    public mutating func requiredTexts(_ name: StaticString, _ value: inout [String]) { list(name, required: true, of: Self.text(.line)) }
    public mutating func ids(_ name: StaticString, _ value: inout [String]?) { list(name, required: false, of: Self.id) }
    public mutating func regency(_ name: StaticString, _ value: inout String) { property(name, required: true, Self.regency) }
    public mutating func regency(_ name: StaticString, _ value: inout String?) { property(name, required: false, Self.regency) }

    public mutating func money(_ name: StaticString, _ value: inout Rupiah, minimum: Int64) {
        property(name, required: true) { Self.integer(minimum...Rupiah.maximum.amount, &$0) }
    }
    public mutating func money(_ name: StaticString, _ value: inout Rupiah?, minimum: Int64) {
        property(name, required: false) { Self.integer(minimum...Rupiah.maximum.amount, &$0) }
    }
    public mutating func integer(_ name: StaticString, _ value: inout Int64, _ range: ClosedRange<Int64>) {
        property(name, required: true) { Self.integer(range, &$0) }
    }
    public mutating func integer(_ name: StaticString, _ value: inout Int64?, _ range: ClosedRange<Int64>) {
        property(name, required: false) { Self.integer(range, &$0) }
    }
    public mutating func date(_ name: StaticString, _ value: inout BusinessDate) { property(name, required: true, Self.date) }
    public mutating func date(_ name: StaticString, _ value: inout BusinessDate?) { property(name, required: false, Self.date) }
    public mutating func instant(_ name: StaticString, _ value: inout Instant) { property(name, required: true, Self.instant) }
    public mutating func instant(_ name: StaticString, _ value: inout Instant?) { property(name, required: false, Self.instant) }

    public mutating func count(_ name: StaticString, _ value: inout Int64) {
        property(name, required: side == .written) { json in
            Self.integer(0...Rupiah.maximum.amount, &json)
            json.member("default", 0)
        }
    }
    public mutating func flag(_ name: StaticString, _ value: inout Bool) {
        property(name, required: side == .written) { json in
            json.member("type", "boolean")
            json.member("default", false)
        }
    }
    public mutating func requiredFlag(_ name: StaticString, _ value: inout Bool) {
        property(name, required: true) { $0.member("type", "boolean") }
    }

    public mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C) {
        property(name, required: true) { Self.choice(C.self, &$0) }
    }
    public mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C?) {
        property(name, required: false) { Self.choice(C.self, &$0) }
    }
    public mutating func choices<C: Choice>(_ name: StaticString, _ value: inout [C]) {
        list(name, required: side == .written) { Self.choice(C.self, &$0) }
    }

    public mutating func record<R: Record>(_ name: StaticString, _ value: inout R) { record(name, R.self, required: true) }
    public mutating func record<R: Record>(_ name: StaticString, _ value: inout R?) { record(name, R.self, required: false) }

    private mutating func record<R: Record>(_ name: StaticString, _ type: R.Type, required isRequired: Bool) {
        if isRequired { required.append("\(name)") }
        properties.key(name)
        properties.raw(Self.schema(of: type, as: side))
    }

    public mutating func records<R: Record>(_ name: StaticString, _ value: inout [R], _ count: ClosedRange<Int>) {
        let items = Self.schema(of: R.self, as: side)
        property(name, required: side == .written || !count.contains(0)) { json in
            json.member("type", "array")
            json.member("minItems", count.lowerBound)
            if count.upperBound < Int.max { json.member("maxItems", count.upperBound) }
            json.key("items")
            json.raw(items)
        }
    }

    public mutating func object(_ name: StaticString, _ value: inout [UInt8]) {
        property(name, required: side == .written) { $0.member("type", "object") }
    }
}
