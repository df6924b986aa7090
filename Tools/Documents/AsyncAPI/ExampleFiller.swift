import Contracts
import Primitives

/// Fills a record with the values of one small story: Ina Tenun of Flores Timur sells two shawls. The field list of the message decides
/// which fields there are, so a new message has an example as soon as it is in an index.
struct ExampleFiller: Fields {
    private let message: String
    private let path: String

    static func example<R: Record>(of type: R.Type, for name: MessageName) throws(InvalidData) -> R {
        try example(of: type, message: name.routingKey, path: "")
    }

    private static func example<R: Record>(of type: R.Type, message: String, path: String) throws(InvalidData) -> R {
        var record = R()
        var filler = ExampleFiller(message: message, path: path)
        try record.fields(&filler)
        try record.check()
        return record
    }

    /// The word for a field: of this very field of this message, of this field in such a place, or of any field of that name.
    private func word(_ name: StaticString) -> String? {
        let field = "\(path)\(name)"
        let service = message.prefix { $0 != "." }
        for key in ["\(message)/\(field)", "\(service)/\(field)", field, "\(name)"] {
            if let word = ExampleWords.all[key] { return word }
        }
        return nil
    }

    /// An optional field is shown where the story has a word for it.
    private func optional(_ name: StaticString) -> String? { word(name).flatMap { $0.isEmpty ? nil : $0 } }

    private func number(_ name: StaticString, _ range: ClosedRange<Int64>) -> Int64 {
        let number = word(name).flatMap { Int64($0) } ?? range.lowerBound
        return min(max(number, range.lowerBound), range.upperBound)
    }

    private func date(_ text: String?) -> BusinessDate { text.flatMap { BusinessDate($0) } ?? BusinessDate(day: 20_489) }

    mutating func id(_ name: StaticString, _ value: inout String) { value = word(name) ?? "\(name)-1" }
    mutating func id(_ name: StaticString, _ value: inout String?) { value = optional(name) }
    mutating func text(_ name: StaticString, _ value: inout String) { value = word(name) ?? "\(name)" }
    mutating func text(_ name: StaticString, _ value: inout String?) { value = optional(name) }
    mutating func prose(_ name: StaticString, _ value: inout String) { text(name, &value) }
    mutating func prose(_ name: StaticString, _ value: inout String?) { text(name, &value) }
    mutating func person(_ name: StaticString, _ value: inout String) { text(name, &value) }
    mutating func person(_ name: StaticString, _ value: inout String?) { text(name, &value) }
    mutating func texts(_ name: StaticString, _ value: inout [String]) { value = optional(name).map { [$0] } ?? [] }
    mutating func requiredTexts(_ name: StaticString, _ value: inout [String]) { texts(name, &value) }
    mutating func ids(_ name: StaticString, _ value: inout [String]?) { value = optional(name).map { [$0] } }
    mutating func regency(_ name: StaticString, _ value: inout String) { value = "53.06" }
    mutating func regency(_ name: StaticString, _ value: inout String?) { value = "53.06" }
    mutating func money(_ name: StaticString, _ value: inout Rupiah, minimum: Int64) {
        value = Rupiah(number(name, minimum...Rupiah.maximum.amount))
    }
    mutating func money(_ name: StaticString, _ value: inout Rupiah?, minimum: Int64) {
        value = optional(name) == nil ? nil : Rupiah(number(name, minimum...Rupiah.maximum.amount))
    }
    mutating func integer(_ name: StaticString, _ value: inout Int64, _ range: ClosedRange<Int64>) { value = number(name, range) }
    mutating func integer(_ name: StaticString, _ value: inout Int64?, _ range: ClosedRange<Int64>) {
        value = optional(name) == nil ? nil : number(name, range)
    }
    mutating func date(_ name: StaticString, _ value: inout BusinessDate) { value = date(word(name)) }
    mutating func date(_ name: StaticString, _ value: inout BusinessDate?) { value = optional(name).map { date($0) } }
    mutating func instant(_ name: StaticString, _ value: inout Instant) {
        value = word(name).flatMap { Instant($0) } ?? date(nil).start
    }
    mutating func instant(_ name: StaticString, _ value: inout Instant?) { value = optional(name).flatMap { Instant($0) } }
    mutating func count(_ name: StaticString, _ value: inout Int64) { value = number(name, 0...Rupiah.maximum.amount) }
    mutating func flag(_ name: StaticString, _ value: inout Bool) { value = word(name) == "true" }
    mutating func requiredFlag(_ name: StaticString, _ value: inout Bool) { flag(name, &value) }
    mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C) { value = word(name).flatMap { C(rawValue: $0) } ?? value }
    mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C?) { value = optional(name).flatMap { C(rawValue: $0) } }
    mutating func choices<C: Choice>(_ name: StaticString, _ value: inout [C]) {
        value = optional(name).flatMap { C(rawValue: $0) }.map { [$0] } ?? []
    }

    mutating func record<R: Record>(_ name: StaticString, _ value: inout R) throws(InvalidData) { value = try nested(name, R.self) }
    mutating func record<R: Record>(_ name: StaticString, _ value: inout R?) throws(InvalidData) {
        if optional(name) != nil { value = try nested(name, R.self) }
    }
    mutating func records<R: Record>(_ name: StaticString, _ value: inout [R], _ count: ClosedRange<Int>) throws(InvalidData) {
        value = [try nested(name, R.self)]
    }
    mutating func object(_ name: StaticString, _ value: inout [UInt8]) { value = Array("{}".utf8) }

    private func nested<R: Record>(_ name: StaticString, _ type: R.Type) throws(InvalidData) -> R {
        try Self.example(of: type, message: message, path: "\(path)\(name).")
    }
}
