import Contracts
import Messaging
import ServiceFramework
import Testing

/// A message that fails leaves nothing behind, and its neighbours in the batch do not notice.
struct BatchProcessorIsolationTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private func put(_ box: String, _ content: String) -> String { #"{"boxId":"\#(box)","content":"\#(content)"}"# }

    /// Content, then what its reply says, then the reason for which it is parked.
    @Test(
        arguments: [
            ("refused", "rejected wrong-state", nil), ("refused by throwing", "rejected out-of-stock", nil),
            ("too much", "rejected invalid", nil), ("broken", "rejected invalid", "poison"),
            ("strange", "rejected invalid", "inconsistent"),
        ] as [(String, String, String?)])
    func `what a failing handler wrote and published is undone, and its neighbours stand`(
        content: String, verdict: String, reason: String?
    ) throws {
        try bench.process([
            command("put-box", put("b1", "rice"), id: "m1"), command("put-box", put("b2", content), id: "m2"),
            command("put-box", put("b3", "salt"), id: "m3"),
        ])
        #expect(try bench.boxes == ["b1=rice", "b3=salt"])
        #expect(try bench.events.map(\.words) == ["box-put b1", "box-put b3"])
        #expect(try bench.events.map(\.envelope.sequence) == [1, 2])
        #expect(try bench.replies.map(\.verdict) == ["accepted ok", verdict, "accepted ok"])
        #expect(try bench.parked == [reason].compactMap { $0 })
        #expect(try bench.number("SELECT count(*) FROM businessKey") == 2)
    }

    @Test func `a constraint that a message breaks is its own fault`() throws {
        try bench.process([
            command("put-box", put("b1", "rice"), id: "m1"), command("put-box", put("unlucky", "salt"), id: "m2"),
            event("box-labelled", #"{"boxId":"b1","label":"heavy"}"#, id: "e1"),
        ])
        #expect(try bench.parked == ["poison"])
        #expect(try bench.texts("SELECT error FROM parked").first?.contains("bad luck") == true)
        #expect(try bench.boxes == ["b1=rice"])
        #expect(try bench.texts("SELECT label FROM label") == ["heavy"])
    }

    @Test func `an event that its handler refuses is parked and undone`() throws {
        try bench.process([
            event("box-labelled", #"{"boxId":"b1","label":"unreadable"}"#, id: "e1"),
            event("box-labelled", #"{"boxId":"b2","label":"heavy"}"#, id: "e2"),
        ])
        #expect(try bench.texts("SELECT boxId FROM label") == ["b2"])
        #expect(try bench.parked == ["inconsistent"])
    }

    @Test func `sequences have no gaps, however many messages fail in between`() throws {
        var batch = 0
        for number in 1...60 {
            let content = number % 3 == 0 ? "refused" : number % 7 == 0 ? "broken" : "rice"
            let first = command("put-box", put("b\(number)-1", "rice"), id: "m\(number)-1")
            try bench.process([
                first, command("put-box", put("b\(number)-2", content), id: "m\(number)-2", replyTo: number % 2 == 0 ? nil : "reply.a.b"),
            ])
            batch += 1
            if number % 20 == 0 { try bench.restart(cleanly: false) }
        }
        let events = try bench.events
        #expect(events.map(\.position) == Array(1...Int64(events.count)))
        #expect(events.allSatisfy { $0.envelope.sequence == $0.position })
        let boxes = try bench.number("SELECT count(*) FROM box")
        let rejections = events.count { $0.words.hasPrefix("command-rejected") }
        #expect(rejections == 10)
        #expect(Int64(events.count) == boxes + Int64(rejections))
        #expect(Set(events.map(\.envelope.id)).count == events.count)
    }

    @Test func `every message of a batch may fail`() throws {
        try bench.process((1...5).map { command("put-box", put("b\($0)", "broken"), id: "m\($0)") })
        #expect(try bench.parked.count == 5)
        #expect(try bench.boxes.isEmpty)
        #expect(try bench.number("SELECT count(*) FROM inbox") == 0)
        #expect(try bench.ask("put-box", put("b1", "rice")).verdict == "accepted ok")
    }

    @Test func `what was decided is counted once, though a batch was done twice`() throws {
        try bench.process([
            command("put-box", put("b1", "rice"), id: "m1"), command("put-box", put("b2", "refused"), id: "m2"),
            command("put-box", put("b3", "broken"), id: "m3"),
        ])
        #expect(bench.counts == ["put-box accepted": 1, "put-box rejected": 1, "put-box parked": 1])
        #expect(bench.processor.tally.parked == [.poison: 1])
    }
}
