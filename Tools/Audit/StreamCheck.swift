/// Is the stream whole: every line an event, every sequence without a gap, every event with its cause?
enum StreamCheck {
    static func findings(_ recording: Recording, _ books: Books) -> [Finding] {
        let events = recording.events
        let gaps = gaps(in: events)
        let causeless = events.filter { $0.cause == nil }.map { "\($0.type) \($0.id) names no cause" }
        return [
            Finding(
                .stream, "events, all readable", own: Text.grouped(Int64(events.count)), stated: "\(recording.repeats) repeated",
                differences: recording.unreadable + recording.conflicting),
            Finding(
                .stream, "sequences without a gap, by source", own: "\(Set(events.map(\.source)).count) sources",
                stated: gaps.isEmpty ? "gapless" : "\(gaps.count) gaps", differences: gaps),
            Finding(
                .stream, "events that name their cause", own: Text.grouped(Int64(events.count)),
                stated: Text.grouped(Int64(events.count - causeless.count)), differences: causeless),
            Finding(
                .stream, "contradictions between events", own: "0", stated: "\(books.contradictions.count)",
                differences: books.contradictions),
        ]
    }

    /// Sequences count from 1 over everything that a source publishes.
    private static func gaps(in events: [RecordedEvent]) -> [String] {
        var last: [String: Int64] = [:]
        var gaps: [String] = []
        for event in events {
            guard let sequence = event.sequence else {
                gaps.append("\(event.type) \(event.id) has no sequence")
                continue
            }
            let expected = (last[event.source] ?? 0) + 1
            if sequence != expected { gaps.append("\(event.source): \(sequence) follows \(expected - 1)") }
            last[event.source] = sequence
        }
        return gaps
    }
}
