import StrictJSON

/// Everything that carries one correlation id.
struct MessageSheet: Sheet {
    private let id: String
    let way: Way
    let parts: [(name: String, answer: JSONValue?)] = []

    /// A command's correlation id is its own id where its sender gave none; an event's id leads to the command that it follows from.
    init(_ id: String, _ sides: ReadSides) async throws {
        self.id = id
        let escaped = HTTPClient.escaped(id)
        let correlated = try await Way.find("correlationId=\(escaped)", sides)
        if !correlated.steps.isEmpty {
            way = correlated
            return
        }
        let taken = try await Way.find("id=\(escaped)", sides)
        guard let cause = taken.steps.first?.json["correlationId"]?.string else {
            way = taken
            return
        }
        way = try await Way.find("correlationId=\(HTTPClient.escaped(cause))", sides)
    }

    var text: String { Heading.text("Message \(id)") + "\n  and what followed from it" }
}
