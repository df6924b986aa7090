import Contracts
import Messaging
import Primitives
import StrictJSON
import Testing

/// The ends of the calendar: nothing wraps around, nothing traps, and what is written can be read again.
struct CalendarEndTests {
    @Test func `reckoning with instants ends at what can be counted`() {
        let ends = [Instant(milliseconds: .min), .earliest, Instant(milliseconds: 0), .latest, Instant(milliseconds: .max)]
        for instant in ends {
            for duration in [Duration.seconds(Int64.max), .seconds(Int64.min), .seconds(86_400), .milliseconds(-1), .zero] {
                let sum = instant.adding(duration)
                #expect(duration < .zero ? sum <= instant : sum >= instant)
                #expect(Instant(sum.description) == min(max(sum, .earliest), .latest), "what is written can be read")
            }
            for other in ends { #expect((instant.milliseconds(since: other) > 0) == (instant > other)) }
            #expect(BusinessDate(instant) <= BusinessDate(day: .max))
        }
    }

    @Test func `reckoning with dates goes beyond what can be written, and ends at what can be counted`() {
        #expect(BusinessDate.latest.description == "9999-12-31" && BusinessDate.earliest.description == "0001-01-01")
        #expect(BusinessDate.latest.adding(days: 1).adding(days: -1) == .latest, "the day after an end is only reckoned with")
        for date in [BusinessDate(day: .min), .earliest, .latest, BusinessDate(day: .max)] {
            for days in [Int.min, -1, 1, Int.max] { #expect(days < 0 ? date.adding(days: days) <= date : date.adding(days: days) >= date) }
            for years in [Int.min, -9999, 9999, Int.max] { _ = date.adding(years: years) }
            _ = date.start
        }
        #expect(BusinessDate.latest.adding(years: 5) > .latest)
        #expect(BusinessDate.latest.start < .latest)
    }

    @Test func `whatever bytes are read as an instant are written so that they are read the same`() {
        var random = SplitMix64(seed: 2)
        let pieces = [
            "0000", "0001", "9999", "2026", "-12-31", "-01-01", "-02-29", "T", "t", " ", "00:00:00", "23:59:60", "24:00:00", ".999", ".",
            "Z",
        ]
        let offsets = ["+00:00", "-00:01", "+23:59", "-23:59", "-12:00", "+14:00", "z", "", "+24:00"]
        func piece(_ list: [String]) -> String { list[Int(random.below(UInt64(list.count)))] }
        var read = 0
        for _ in 0..<20_000 {
            let regular = piece(["0001-01-01", "9999-12-31", "2026-02-05"]) + "T" + piece(["00:00:00", "23:59:59", "08:00:00.001"])
            let text = (random.below(2) == 0 ? regular : piece(pieces) + piece(pieces) + piece(pieces) + piece(pieces)) + piece(offsets)
            guard let instant = Instant(text) else { continue }
            read += 1
            #expect(instant >= .earliest && instant <= .latest && Instant(instant.description) == instant, "\(text)")
        }
        #expect(read > 3000)
    }

    @Test(arguments: ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+08:00", "10000-01-01T00:00:00Z"])
    func `an instant beyond the calendar is invalid in a command and malformed in an envelope`(time: String) throws {
        let bench = try Bench()
        let sale = Array(
            #"{"specversion":"1.0","id":"a","source":"/t","type":"id.nttmart.box.put-box.v1","time":"\#(time)","data":{}}"#.utf8)
        #expect(throws: EnvelopeFault.self) { _ = try Envelope(parsing: sale) }
        let reply = try bench.ask("accept-clock", #"{"by":"Ani","reason":"it is late","time":"\#(time)"}"#)
        #expect(reply.verdict == "rejected invalid" && reply.data["details"]?["field"]?.string == "time")
    }
}
