import Testing

/// What an accepted command claims for ever, under whatever message id it comes again.
struct BatchProcessorBusinessKeyTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private static let data = #"{"boxId":"b1","regency":"53.06","content":"rice","marks":["x","y"]}"#

    @Test(arguments: [
        data,
        #"{"content":"rice","marks":["x","y"],"boxId":"b1","regency":"53.06"}"#,
        #"{"boxId":"b1","regency":"53.06","content":"rice","marks":["x","y"],"note":null}"#,
        #"{"boxId":"b1","regency":"53.06","content":"rice","marks":["x","y"],"colour":"red","more":{"deep":[1]}}"#,
        #"{ "boxId" : "b1", "regency":"53.06", "content":"\u0072ice", "marks":["x","y"] }"#,
    ])
    func `equal data under a new message id is a duplicate`(data: String) throws {
        try bench.ask("put-box", Self.data)
        let again = try bench.ask("put-box", data)
        #expect(again.verdict == "duplicate ok")
        #expect(try bench.boxes == ["b1=rice"])
        #expect(try bench.events.count == 1)
        #expect(try bench.texts("SELECT outcome FROM inbox ORDER BY position") == ["0", "1"])
    }

    @Test(arguments: [
        #"{"boxId":"b1","regency":"53.06","content":"salt","marks":["x","y"]}"#,
        #"{"boxId":"b1","regency":"53.06","content":"rice","marks":["y","x"]}"#,
        #"{"boxId":"b1","regency":"53.06","content":"rice"}"#,
        #"{"boxId":"b1","regency":"53.05","content":"rice","marks":["x","y"]}"#,
        #"{"boxId":"b1","regency":"53.06","content":"rice","marks":["x","y"],"note":"n"}"#,
    ])
    func `other data under the same key is a conflict`(data: String) throws {
        try bench.ask("put-box", Self.data)
        let other = try bench.ask("put-box", data)
        #expect(other.verdict == "rejected conflict")
        #expect(try bench.boxes == ["b1=rice"])
        #expect(try bench.events.count == 1)
    }

    @Test func `the regency of the envelope counts as the data's`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","regency":"53.06","content":"rice"}"#)
        try bench.process([command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m2", more: #","regency":"53.06""#)])
        #expect(try bench.replies.last?.verdict == "duplicate ok")
    }

    @Test func `a rejected command claims only its message id`() throws {
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"refused"}"#).verdict == "rejected wrong-state")
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#).verdict == "accepted ok")
        #expect(try bench.boxes == ["b1=rice"])
    }

    @Test func `a command whose data is wrong claims only its message id`() throws {
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":5}"#).verdict == "rejected invalid")
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#).verdict == "accepted ok")
    }

    @Test func `a parked command claims nothing`() throws {
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"strange"}"#, id: "m1").verdict == "rejected invalid")
        #expect(try bench.parked == ["inconsistent"])
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1").verdict == "accepted ok")
    }

    @Test func `a duplicate and a conflict within one batch are seen`() throws {
        try bench.process([
            command("put-box", Self.data, id: "m1"), command("put-box", Self.data, id: "m2"),
            command("put-box", #"{"boxId":"b1","content":"salt"}"#, id: "m3"),
        ])
        #expect(try bench.replies.map(\.verdict) == ["accepted ok", "duplicate ok", "rejected conflict"])
    }

    @Test func `a key is claimed for ever, over restarts`() throws {
        try bench.ask("put-box", Self.data)
        try bench.restart()
        #expect(try bench.ask("put-box", Self.data).verdict == "duplicate ok")
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"salt"}"#).verdict == "rejected conflict")
    }

    @Test func `a transition claims nothing: said again, its handler decides`() throws {
        try bench.ask("put-box", Self.data)
        #expect(try bench.ask("open-box", #"{"boxId":"b1"}"#).verdict == "accepted ok")
        #expect(try bench.ask("open-box", #"{"boxId":"b1"}"#).verdict == "duplicate ok")
    }
}
