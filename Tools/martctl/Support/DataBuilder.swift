import StrictJSON

/// Builds a command's data from `--data` and `key=value` arguments.
indirect enum DataBuilder {
    case object([(name: String, value: DataBuilder)])
    case array([DataBuilder])
    /// One JSON value as text.
    case scalar([UInt8])

    init(_ json: JSONValue) {
        switch json.kind {
        case .object: self = .object(json.members.map { ($0.name, DataBuilder($0.value)) })
        case .array: self = .array(json.elements.map(DataBuilder.init))
        default: self = .scalar(Array(json.rawBytes))
        }
    }

    /// Sets what `origin.villageCode=53.06.07.2005`, `lines.0.quantity=2` or `tags:=["a"]` says.
    mutating func apply(_ argument: String) throws {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
            throw Failure(.usage, "'\(argument)' is no key=value (nested by dots, raw JSON by key:=value)")
        }
        var key = argument[..<equals]
        let text = String(argument[argument.index(after: equals)...])
        let isRaw = key.last == ":"
        if isRaw { key = key.dropLast() }
        let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if path.contains("") { throw Failure(.usage, "'\(key)' has an empty part") }
        try set(path[...], isRaw ? try Self.raw(text, argument) : Self.recognised(text, field: path.last ?? ""))
    }

    private mutating func set(_ path: ArraySlice<String>, _ value: DataBuilder) throws {
        guard let first = path.first else {
            self = value
            return
        }
        switch self {
        case .array(var elements):
            guard let index = Int(first), index >= 0, index <= elements.count else {
                throw Failure(.usage, "'\(first)' is no place in a list of \(elements.count); lists are filled from 0")
            }
            if index == elements.count { elements.append(Self.container(for: path.dropFirst())) }
            try elements[index].set(path.dropFirst(), value)
            self = .array(elements)
        case .object(var members):
            let index = members.firstIndex { $0.name == first } ?? members.count
            if index == members.count { members.append((first, Self.container(for: path.dropFirst()))) }
            try members[index].value.set(path.dropFirst(), value)
            self = .object(members)
        case .scalar: throw Failure(.usage, "'\(first)' lies within something that is no object")
        }
    }

    private static func container(for path: ArraySlice<String>) -> DataBuilder {
        path.first.map { Int($0) == nil ? .object([]) : .array([]) } ?? .scalar(Array("null".utf8))
    }

    private static func raw(_ text: String, _ argument: String) throws -> DataBuilder {
        do {
            return DataBuilder(try JSONDocument(parsing: Array(text.utf8)).root)
        } catch {
            throw Failure(.usage, "the value of '\(argument)' is no JSON: \(error)")
        }
    }

    /// Fields of the contract that are texts, also when they consist of digits.
    private static let texts: Set<String> = [
        "name", "nib", "phone", "barcode", "npsn", "number", "reference", "bankCode", "accountNumber", "accountName", "till", "net", "unit",
        "regency", "reason", "officer", "school", "community", "by",
    ]

    /// Integers, `true` and `false` are what they look like; everything else is text.
    private static func recognised(_ text: String, field: String) -> DataBuilder {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let isInteger = !digits.isEmpty && digits.allSatisfy { ("0"..."9").contains($0) } && (digits == "0" || digits.first != "0")
        let isText = texts.contains(field) || field.hasSuffix("Id")
        if !isText, text == "true" || text == "false" || isInteger && Int64(text) != nil { return .scalar(Array(text.utf8)) }
        var json = JSONWriter()
        json.string(text)
        return .scalar(json.bytes)
    }

    func write(to json: inout JSONWriter) {
        switch self {
        case .object(let members):
            json.beginObject()
            for member in members {
                json.key(named: member.name)
                member.value.write(to: &json)
            }
            json.endObject()
        case .array(let elements):
            json.beginArray()
            for element in elements { element.write(to: &json) }
            json.endArray()
        case .scalar(let text): json.raw(text)
        }
    }
}
