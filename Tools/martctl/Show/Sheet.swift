import StrictJSON

/// Everything that the services know of one thing.
protocol Sheet {
    /// The services' answers by name, as they came; nil where a service does not know it.
    var parts: [(name: String, answer: JSONValue?)] { get }
    var way: Way { get }
    /// A screen of 80 columns without the way.
    var text: String { get }

    init(_ id: String, _ sides: ReadSides) async throws
}

extension Sheet {
    var isKnown: Bool { parts.contains { $0.answer != nil } || !way.steps.isEmpty }

    func write(to json: inout JSONWriter) {
        json.object { json in
            for part in parts {
                json.key(named: part.name)
                if let answer = part.answer { json.raw(answer.rawBytes) } else { json.null() }
            }
            way.write(to: &json)
        }
    }
}

/// Names and values, one below the other.
struct Facts {
    private var table = Table([.left, .left])

    mutating func add(_ name: String, _ value: String) { if value != "–", !value.isEmpty { table.row(name, value) } }

    var text: String { table.text }
}
