public import Primitives
public import StrictJSON

/// Reads a record from JSON. Unknown members are ignored; `null` counts as absent.
public struct FieldReader: Fields {
    private var members: JSONMembers
    /// Whether texts must keep the rule.
    private let isStrict: Bool

    private init(_ object: JSONValue, isStrict: Bool) {
        members = JSONMembers(of: object)
        self.isStrict = isStrict
    }

    public static func read<R: Record>(_ type: R.Type, from data: JSONValue) throws(InvalidData) -> R { try read(data, isStrict: true) }

    /// Events are read as they were published: their owner, or who published them before there was a rule for texts, answers for those.
    public static func read<E: Event>(_ type: E.Type, from data: JSONValue) throws(InvalidData) -> E { try read(data, isStrict: false) }

    private static func read<R: Record>(_ data: JSONValue, isStrict: Bool) throws(InvalidData) -> R {
        guard data.kind == .object else { throw InvalidData("", "must be an object") }
        var record = R()
        var reader = FieldReader(data, isStrict: isStrict)
        try record.fields(&reader)
        try record.check()
        return record
    }

    private mutating func present(_ name: StaticString) -> JSONValue? {
        guard let value = members.value(of: name), !value.isNull else { return nil }
        return value
    }

    private mutating func required(_ name: StaticString) throws(InvalidData) -> JSONValue {
        guard let value = present(name) else { throw fault(name, "is missing") }
        return value
    }

    private func fault(_ name: StaticString, _ message: String) -> InvalidData { InvalidData("\(name)", message) }

    private func id(_ name: StaticString, in value: JSONValue) throws(InvalidData) -> String {
        guard let text = value.string, Identifier.isValid(text) else {
            throw fault(name, "must be an id: 1 to 64 of A-Z a-z 0-9 . _ : -")
        }
        return text
    }

    private func text(_ name: StaticString, in value: JSONValue, _ rule: TextRule) throws(InvalidData) -> String {
        guard let text = value.string else { throw fault(name, "must be a text") }
        // UTF-8 length bounds the count from above, so most texts need no counting.
        guard !text.isEmpty, text.utf8.count <= 500 || text.unicodeScalars.count <= 500 else {
            throw fault(name, "must have 1 to 500 characters")
        }
        if isStrict, let broken = rule.fault(in: text) { throw fault(name, broken) }
        return text
    }

    private func regency(_ name: StaticString, in value: JSONValue) throws(InvalidData) -> String {
        guard let code = value.string, Regency.isValid(code) else {
            throw fault(name, "must be one of the 22 regencies' codes, e.g. 53.06")
        }
        return code
    }

    private func integer(_ name: StaticString, in value: JSONValue, _ range: ClosedRange<Int64>) throws(InvalidData) -> Int64 {
        guard let number = value.int64, range.contains(number) else {
            throw fault(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func date(_ name: StaticString, in value: JSONValue) throws(InvalidData) -> BusinessDate {
        guard let text = value.string, let date = BusinessDate(text) else { throw fault(name, "must be a date YYYY-MM-DD") }
        return date
    }

    private func instant(_ name: StaticString, in value: JSONValue) throws(InvalidData) -> Instant {
        guard let instant = value.withText({ Instant(utf8: $0) }) ?? nil else {
            throw fault(name, "must be an RFC 3339 instant of the years 0001 to 9999")
        }
        return instant
    }

    private func choice<C: Choice>(_ name: StaticString, in value: JSONValue) throws(InvalidData) -> C {
        guard let text = value.string, let choice = C(rawValue: text) else {
            throw fault(name, "must be one of " + C.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    private func record<R: Record>(_ name: StaticString, in value: JSONValue, index: Int? = nil) throws(InvalidData) -> R {
        do throws(InvalidData) {
            guard value.kind == .object else { throw InvalidData("", "must be an object") }
            var record = R()
            var reader = FieldReader(value, isStrict: isStrict)
            try record.fields(&reader)
            try record.check()
            return record
        } catch {
            // The path is put together on the way out, so that sound data pays nothing for it.
            let here = index.map { "\(name)[\($0)]" } ?? "\(name)"
            throw InvalidData(error.field.isEmpty ? here : "\(here).\(error.field)", error.message)
        }
    }

    public mutating func id(_ name: StaticString, _ value: inout String) throws(InvalidData) { value = try id(name, in: required(name)) }
    public mutating func id(_ name: StaticString, _ value: inout String?) throws(InvalidData) {
        if let present = present(name) { value = try id(name, in: present) }
    }
    public mutating func text(_ name: StaticString, _ value: inout String) throws(InvalidData) { try read(name, &value, .line) }
    public mutating func text(_ name: StaticString, _ value: inout String?) throws(InvalidData) { try read(name, &value, .line) }
    public mutating func prose(_ name: StaticString, _ value: inout String) throws(InvalidData) { try read(name, &value, .prose) }
    public mutating func prose(_ name: StaticString, _ value: inout String?) throws(InvalidData) { try read(name, &value, .prose) }
    public mutating func person(_ name: StaticString, _ value: inout String) throws(InvalidData) { try read(name, &value, .person) }
    public mutating func person(_ name: StaticString, _ value: inout String?) throws(InvalidData) { try read(name, &value, .person) }

    private mutating func read(_ name: StaticString, _ value: inout String, _ rule: TextRule) throws(InvalidData) {
        value = try text(name, in: required(name), rule)
    }
    private mutating func read(_ name: StaticString, _ value: inout String?, _ rule: TextRule) throws(InvalidData) {
        if let present = present(name) { value = try text(name, in: present, rule) }
    }

    public mutating func texts(_ name: StaticString, _ value: inout [String]) throws(InvalidData) {
        guard let list = present(name) else { return }
        guard list.kind == .array else { throw fault(name, "must be a list of texts") }
        try list.forEachElement { element throws(InvalidData) in value.append(try text(name, in: element, .line)) }
    }

    public mutating func requiredTexts(_ name: StaticString, _ value: inout [String]) throws(InvalidData) {
        _ = try required(name)
        try texts(name, &value)
    }

    public mutating func ids(_ name: StaticString, _ value: inout [String]?) throws(InvalidData) {
        guard let list = present(name) else { return }
        guard list.kind == .array else { throw fault(name, "must be a list of ids") }
        var ids: [String] = []
        try list.forEachElement { element throws(InvalidData) in ids.append(try id(name, in: element)) }
        value = ids
    }

    public mutating func regency(_ name: StaticString, _ value: inout String) throws(InvalidData) {
        value = try regency(name, in: required(name))
    }
    public mutating func regency(_ name: StaticString, _ value: inout String?) throws(InvalidData) {
        if let present = present(name) { value = try regency(name, in: present) }
    }

    public mutating func money(_ name: StaticString, _ value: inout Rupiah, minimum: Int64) throws(InvalidData) {
        value = Rupiah(try integer(name, in: required(name), minimum...Rupiah.maximum.amount))
    }
    public mutating func money(_ name: StaticString, _ value: inout Rupiah?, minimum: Int64) throws(InvalidData) {
        if let present = present(name) { value = Rupiah(try integer(name, in: present, minimum...Rupiah.maximum.amount)) }
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64, _ range: ClosedRange<Int64>) throws(InvalidData) {
        value = try integer(name, in: required(name), range)
    }
    public mutating func integer(_ name: StaticString, _ value: inout Int64?, _ range: ClosedRange<Int64>) throws(InvalidData) {
        if let present = present(name) { value = try integer(name, in: present, range) }
    }

    public mutating func date(_ name: StaticString, _ value: inout BusinessDate) throws(InvalidData) {
        value = try date(name, in: required(name))
    }
    public mutating func date(_ name: StaticString, _ value: inout BusinessDate?) throws(InvalidData) {
        if let present = present(name) { value = try date(name, in: present) }
    }

    public mutating func instant(_ name: StaticString, _ value: inout Instant) throws(InvalidData) {
        value = try instant(name, in: required(name))
    }
    public mutating func instant(_ name: StaticString, _ value: inout Instant?) throws(InvalidData) {
        if let present = present(name) { value = try instant(name, in: present) }
    }

    public mutating func count(_ name: StaticString, _ value: inout Int64) throws(InvalidData) {
        if let present = present(name) { value = try integer(name, in: present, 0...Rupiah.maximum.amount) }
    }

    public mutating func flag(_ name: StaticString, _ value: inout Bool) throws(InvalidData) {
        guard let present = present(name) else { return }
        guard let flag = present.bool else { throw fault(name, "must be true or false") }
        value = flag
    }

    public mutating func requiredFlag(_ name: StaticString, _ value: inout Bool) throws(InvalidData) {
        _ = try required(name)
        try flag(name, &value)
    }

    public mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C) throws(InvalidData) {
        value = try choice(name, in: required(name))
    }
    public mutating func choice<C: Choice>(_ name: StaticString, _ value: inout C?) throws(InvalidData) {
        if let present = present(name) { value = try choice(name, in: present) }
    }

    public mutating func choices<C: Choice>(_ name: StaticString, _ value: inout [C]) throws(InvalidData) {
        guard let list = present(name) else { return }
        guard list.kind == .array else { throw fault(name, "must be a list") }
        try list.forEachElement { element throws(InvalidData) in value.append(try choice(name, in: element)) }
    }

    public mutating func record<R: Record>(_ name: StaticString, _ value: inout R) throws(InvalidData) {
        value = try record(name, in: required(name))
    }
    public mutating func record<R: Record>(_ name: StaticString, _ value: inout R?) throws(InvalidData) {
        if let present = present(name) { value = try record(name, in: present) as R }
    }

    public mutating func records<R: Record>(_ name: StaticString, _ value: inout [R], _ count: ClosedRange<Int>) throws(InvalidData) {
        guard let list = present(name) else {
            if count.contains(0) { return }
            throw fault(name, "is missing")
        }
        guard list.kind == .array else { throw fault(name, "must be a list") }
        let elementCount = list.elementCount
        guard count.contains(elementCount) else { throw fault(name, "must have \(count.lowerBound) to \(count.upperBound) entries") }
        value.reserveCapacity(elementCount)
        try list.forEachElement { element throws(InvalidData) in value.append(try record(name, in: element, index: value.count)) }
    }

    public mutating func object(_ name: StaticString, _ value: inout [UInt8]) throws(InvalidData) {
        guard let present = present(name) else { return }
        guard present.kind == .object else { throw fault(name, "must be an object") }
        value = Array(present.rawBytes)
    }
}
