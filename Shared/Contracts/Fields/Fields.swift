public import Primitives

/// A visitor of a record's fields. `FieldReader` fills them from JSON, `FieldWriter` writes them, `SchemaBuilder` describes them.
///
/// Every kind of value of the contract's section 3 has one method, so its limits are said once.
public protocol Fields {
    mutating func id(_ name: StaticString, _ value: inout String) throws(InvalidData)
    mutating func id(_ name: StaticString, _ value: inout String?) throws(InvalidData)
    /// One line of up to 500 characters that says something: the name of a thing, a number, a unit.
    mutating func text(_ name: StaticString, _ value: inout String) throws(InvalidData)
    mutating func text(_ name: StaticString, _ value: inout String?) throws(InvalidData)
    /// The same in several lines: a reason, a note.
    mutating func prose(_ name: StaticString, _ value: inout String) throws(InvalidData)
    mutating func prose(_ name: StaticString, _ value: inout String?) throws(InvalidData)
    /// The name of a person.
    mutating func person(_ name: StaticString, _ value: inout String) throws(InvalidData)
    mutating func person(_ name: StaticString, _ value: inout String?) throws(InvalidData)
    /// Absent counts as empty.
    mutating func texts(_ name: StaticString, _ value: inout [String]) throws(InvalidData)
    mutating func requiredTexts(_ name: StaticString, _ value: inout [String]) throws(InvalidData)
    mutating func ids(_ name: StaticString, _ value: inout [String]?) throws(InvalidData)
    /// One of the 22 codes.
    mutating func regency(_ name: StaticString, _ value: inout String) throws(InvalidData)
    mutating func regency(_ name: StaticString, _ value: inout String?) throws(InvalidData)
    /// Whole rupiah, at least `minimum`.
    mutating func money(_ name: StaticString, _ value: inout Rupiah, minimum: Int64) throws(InvalidData)
    mutating func money(_ name: StaticString, _ value: inout Rupiah?, minimum: Int64) throws(InvalidData)
    mutating func integer(_ name: StaticString, _ value: inout Int64, _ range: ClosedRange<Int64>) throws(InvalidData)
    mutating func integer(_ name: StaticString, _ value: inout Int64?, _ range: ClosedRange<Int64>) throws(InvalidData)
    mutating func date(_ name: StaticString, _ value: inout BusinessDate) throws(InvalidData)
    mutating func date(_ name: StaticString, _ value: inout BusinessDate?) throws(InvalidData)
    mutating func instant(_ name: StaticString, _ value: inout Instant) throws(InvalidData)
    mutating func instant(_ name: StaticString, _ value: inout Instant?) throws(InvalidData)
    /// An integer of zero or more; absent counts as 0, always written.
    mutating func count(_ name: StaticString, _ value: inout Int64) throws(InvalidData)
    /// Absent counts as `false`; always written.
    mutating func flag(_ name: StaticString, _ value: inout Bool) throws(InvalidData)
    mutating func requiredFlag(_ name: StaticString, _ value: inout Bool) throws(InvalidData)
    mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C) throws(InvalidData)
    mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C?) throws(InvalidData)
    mutating func choices<C: Choice>(_ name: StaticString, _ value: inout [C]) throws(InvalidData)
    mutating func record<R: Record>(_ name: StaticString, _ value: inout R) throws(InvalidData)
    mutating func record<R: Record>(_ name: StaticString, _ value: inout R?) throws(InvalidData)
    /// Absent counts as empty where `count` allows that.
    mutating func records<R: Record>(_ name: StaticString, _ value: inout [R], _ count: ClosedRange<Int>) throws(InvalidData)
    /// A JSON object of any content, kept as its bytes; `{}` when absent.
    mutating func object(_ name: StaticString, _ value: inout [UInt8]) throws(InvalidData)
}

extension Fields {
    /// A quantity in the product's unit: an integer of at least 1.
    public mutating func quantity(_ name: StaticString, _ value: inout Int64) throws(InvalidData) {
        try integer(name, &value, 1...Rupiah.maximum.amount)
    }

    /// A share of money, zero or more.
    public mutating func money(_ name: StaticString, _ value: inout Rupiah) throws(InvalidData) { try money(name, &value, minimum: 0) }
    /// A price is at least 1 rupiah.
    public mutating func price(_ name: StaticString, _ value: inout Rupiah) throws(InvalidData) { try money(name, &value, minimum: 1) }
    public mutating func price(_ name: StaticString, _ value: inout Rupiah?) throws(InvalidData) { try money(name, &value, minimum: 1) }
}
