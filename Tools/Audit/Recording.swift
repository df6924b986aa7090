public import Foundation

/// The event stream as it was recorded: one event's body per line.
public struct Recording: Sendable {
    /// What was read, each event once, in the order of its source's sequence.
    let events: [RecordedEvent]
    /// How many lines were there.
    public let lines: Int
    /// Events that were recorded more than once: allowed, since delivery is at least once.
    public let repeats: Int
    /// Lines that are no event, with why.
    let unreadable: [String]
    /// Events with an id that another event of the same source has too.
    let conflicting: [String]

    /// Reads a recording from its text, newline-delimited JSON.
    public init(ndjson: Data) {
        let decoder = JSONDecoder()
        var bodies: [String: Data.SubSequence] = [:]
        var events: [RecordedEvent] = []
        var unreadable: [String] = []
        var conflicting: [String] = []
        var lines = 0
        var repeats = 0
        for line in ndjson.split(separator: UInt8(ascii: "\n")) {
            lines += 1
            do {
                let event = try decoder.decode(RecordedEvent.self, from: line)
                let key = "\(event.source) \(event.id)"
                if let known = bodies[key] {
                    repeats += 1
                    if known != line { conflicting.append("\(event.type) \(event.id) came again with another body") }
                } else {
                    bodies[key] = line
                    events.append(event)
                }
            } catch {
                unreadable.append("line \(lines): \(error)")
            }
        }
        self.lines = lines
        self.repeats = repeats
        self.unreadable = unreadable
        self.conflicting = conflicting
        // Redelivery may have mixed the arrival; the sequence says what came first within a source.
        self.events = events.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            if a.source != b.source { return a.source < b.source }
            return (a.sequence ?? .max, left.offset) < (b.sequence ?? .max, right.offset)
        }.map(\.element)
    }

    /// How many different events it holds.
    public var count: Int { events.count }
}
