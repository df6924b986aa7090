import Primitives
import Testing

struct PrimitivesInstantTests {
    @Test(arguments: [
        ("2026-02-05T02:00:00Z", "2026-02-05T02:00:00Z"),
        ("2026-02-05t02:00:00z", "2026-02-05T02:00:00Z"),
        ("2026-02-05T10:00:00+08:00", "2026-02-05T02:00:00Z"),
        ("2026-02-04T22:30:00-03:30", "2026-02-05T02:00:00Z"),
        ("2026-02-05T02:00:00-00:00", "2026-02-05T02:00:00Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
        ("2026-02-05T02:00:00.5Z", "2026-02-05T02:00:00.500Z"),
        ("2026-02-05T02:00:00.05Z", "2026-02-05T02:00:00.050Z"),
        ("2026-02-05T02:00:00.123Z", "2026-02-05T02:00:00.123Z"),
        ("2026-02-05T02:00:00.123999999999+00:00", "2026-02-05T02:00:00.123Z"),
        ("2026-02-05T02:00:00.000Z", "2026-02-05T02:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ("9999-12-31T23:59:60+00:00", "9999-12-31T23:59:59Z"),
        ("9999-12-31T11:59:59-12:00", "9999-12-31T23:59:59Z"),
        ("0001-01-01T08:00:00+08:00", "0001-01-01T00:00:00Z"),
    ])
    func `an RFC 3339 instant is read, and written in UTC`(text: String, written: String) throws {
        let instant = try #require(Instant(text))
        #expect(instant.description == written)
        #expect(Instant(instant.description) == instant)
    }

    @Test(arguments: [
        "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.999-00:01", "0001-01-01T00:00:00+00:01", "0001-01-01T07:59:59+08:00",
        "0000-12-31T23:59:59Z", "10000-01-01T00:00:00Z",
        "", "2026-02-05", "2026-02-05T02:00:00", "2026-02-05 02:00:00Z", "2026-02-05T02:00Z", "2026-02-05T24:00:00Z",
        "2026-02-05T02:60:00Z",
        "2026-02-05T02:00:61Z", "2026-02-29T02:00:00Z", "2026-02-05T02:00:00.Z", "2026-02-05T02:00:00,5Z", "2026-02-05T02:00:00+8",
        "2026-02-05T02:00:00+0800",
        "2026-02-05T02:00:00+08:0", "2026-02-05T02:00:00+24:00", "2026-02-05T02:00:00+08:60", "2026-02-05T02:00:00ZZ",
        "2026-02-05T02:00:00Z ",
        " 2026-02-05T02:00:00Z", "2026-02-05T02:00:00+08:00Z", "2026-02-05T2:00:00Z0", "20260205T020000Z0000", "2026-02-05T02:00:00.5",
        "2026-02-05T-2:00:00Z",
    ])
    func `anything else is no instant`(text: String) { #expect(Instant(text) == nil) }

    @Test func `instants are counted in milliseconds from 1970`() {
        #expect(Instant("1970-01-01T00:00:00Z")?.milliseconds == 0)
        #expect(Instant("1970-01-01T00:00:00.001Z")?.milliseconds == 1)
        #expect(Instant("1969-12-31T23:59:59Z")?.milliseconds == -1000)
        #expect(Instant("2026-02-05T02:00:00Z")?.milliseconds == 1_770_256_800_000)
    }

    @Test func `a duration is added to the millisecond`() throws {
        let instant = try #require(Instant("2026-02-05T02:00:00Z"))
        #expect(instant.adding(.seconds(300)).description == "2026-02-05T02:05:00Z")
        #expect(instant.adding(.milliseconds(-1)).description == "2026-02-05T01:59:59.999Z")
        #expect(instant < instant.adding(.milliseconds(1)))
    }

    // MARK: The business clock

    @Test func `a clock that stands still moves forward only when told to`() throws {
        let start = try #require(Instant("2026-02-05T02:00:00Z"))
        let clock = BusinessClock.manual(start)
        #expect(clock.now == start && clock.today.description == "2026-02-05")
        clock.advance(to: start.adding(.seconds(-1)))
        #expect(clock.now == start)
        clock.advance(to: start.adding(.seconds(14 * 3600)))
        #expect(clock.today.description == "2026-02-06")
    }

    @Test func `a clock that began elsewhere runs on from there, or from where its store stands`() throws {
        let start = try #require(Instant("2026-02-05T02:00:00Z"))
        let clock = BusinessClock.system(startingAt: start)
        #expect(clock.now >= start && clock.now < start.adding(.seconds(3600)))
        let later = start.adding(.seconds(86_400))
        clock.begin(BelievedTime.Memory(floor: later))
        #expect(clock.now >= later && clock.now < later.adding(.seconds(3600)))
    }

    @Test func `the program was not built in the future`() { #expect(BuildDate.day.start <= .systemNow) }
}
