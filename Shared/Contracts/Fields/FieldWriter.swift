public import Primitives
public import StrictJSON

/// Writes a record as a JSON object; absent optionals are left out. One record always gives the same bytes.
public struct FieldWriter: Fields {
    private var json: JSONWriter
    /// Whether texts that break the rule are mended on the way.
    private var cleans: Bool

    public static func write(_ record: some Record, to json: inout JSONWriter) { write(record, to: &json, cleaning: false) }

    /// An event as its owner publishes it: a text that was taken in before there was a rule for it goes out in a form that keeps the rule.
    public static func publish(_ event: some Event, to json: inout JSONWriter) { write(event, to: &json, cleaning: true) }

    private static func write(_ record: some Record, to json: inout JSONWriter, cleaning: Bool) {
        var record = record
        var writer = FieldWriter(json: json, cleans: cleaning)
        // The writer's own copy must be the only one, or every append would copy the bytes.
        json = JSONWriter(reservingCapacity: 0)
        writer.json.beginObject()
        do {
            try record.fields(&writer)
        } catch {
            preconditionFailure("writing never refuses a value: \(error)")
        }
        writer.json.endObject()
        json = writer.json
    }

    /// The record's canonical form: unknown members and nulls dropped, members in the contract's order.
    public static func bytes(of record: some Record) -> [UInt8] {
        var json = JSONWriter()
        write(record, to: &json)
        return json.bytes
    }

    public mutating func id(_ name: StaticString, _ value: inout String) { json.member(name, value) }
    public mutating func id(_ name: StaticString, _ value: inout String?) { json.member(name, ifPresent: value) }
    public mutating func text(_ name: StaticString, _ value: inout String) { write(name, value, .line) }
    public mutating func text(_ name: StaticString, _ value: inout String?) { write(name, value, .line) }
    public mutating func prose(_ name: StaticString, _ value: inout String) { write(name, value, .prose) }
    public mutating func prose(_ name: StaticString, _ value: inout String?) { write(name, value, .prose) }
    public mutating func person(_ name: StaticString, _ value: inout String) { write(name, value, .person) }
    public mutating func person(_ name: StaticString, _ value: inout String?) { write(name, value, .person) }
    public mutating func texts(_ name: StaticString, _ value: inout [String]) {
        json.member(name, cleans ? value.map(TextRule.line.cleaned) : value)
    }
    public mutating func requiredTexts(_ name: StaticString, _ value: inout [String]) { texts(name, &value) }

    private mutating func write(_ name: StaticString, _ value: String?, _ rule: TextRule) {
        guard let value else { return }
        json.member(name, cleans ? rule.cleaned(value) : value)
    }

    public mutating func ids(_ name: StaticString, _ value: inout [String]?) {
        if let value { json.member(name, value) }
    }
    public mutating func regency(_ name: StaticString, _ value: inout String) { json.member(name, value) }
    public mutating func regency(_ name: StaticString, _ value: inout String?) { json.member(name, ifPresent: value) }
    public mutating func money(_ name: StaticString, _ value: inout Rupiah, minimum: Int64) { json.member(name, value.amount) }
    public mutating func money(_ name: StaticString, _ value: inout Rupiah?, minimum: Int64) { json.member(name, ifPresent: value?.amount) }
    public mutating func integer(_ name: StaticString, _ value: inout Int64, _ range: ClosedRange<Int64>) { json.member(name, value) }
    public mutating func integer(_ name: StaticString, _ value: inout Int64?, _ range: ClosedRange<Int64>) {
        json.member(name, ifPresent: value)
    }
    public mutating func date(_ name: StaticString, _ value: inout BusinessDate) { json.member(name, value.description) }
    public mutating func date(_ name: StaticString, _ value: inout BusinessDate?) { json.member(name, ifPresent: value?.description) }
    public mutating func instant(_ name: StaticString, _ value: inout Instant) { json.member(name, value.description) }
    public mutating func instant(_ name: StaticString, _ value: inout Instant?) { json.member(name, ifPresent: value?.description) }
    public mutating func count(_ name: StaticString, _ value: inout Int64) { json.member(name, value) }
    public mutating func flag(_ name: StaticString, _ value: inout Bool) { json.member(name, value) }
    public mutating func requiredFlag(_ name: StaticString, _ value: inout Bool) { json.member(name, value) }
    public mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C) { json.member(name, value.rawValue) }
    public mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C?) { json.member(name, ifPresent: value?.rawValue) }
    public mutating func choices<C: Choice>(_ name: StaticString, _ value: inout [C]) { json.member(name, value.map { $0.rawValue }) }

    public mutating func record<R: Record>(_ name: StaticString, _ value: inout R) throws(InvalidData) {
        json.key(name)
        try object(&value)
    }

    public mutating func record<R: Record>(_ name: StaticString, _ value: inout R?) throws(InvalidData) {
        guard var present = value else { return }
        try record(name, &present)
    }

    public mutating func records<R: Record>(_ name: StaticString, _ value: inout [R], _ count: ClosedRange<Int>) throws(InvalidData) {
        json.key(name)
        json.beginArray()
        // A copy of each, for changing one in its place would copy the list.
        for var element in value { try object(&element) }
        json.endArray()
    }

    public mutating func object(_ name: StaticString, _ value: inout [UInt8]) {
        json.key(name)
        json.raw(value)
    }

    private mutating func object<R: Record>(_ value: inout R) throws(InvalidData) {
        json.beginObject()
        try value.fields(&self)
        json.endObject()
    }
}
