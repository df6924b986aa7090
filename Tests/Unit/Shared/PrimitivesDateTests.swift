import Primitives
import Testing

struct PrimitivesDateTests {
    @Test(arguments: ["0001-01-01", "1969-12-31", "1970-01-01", "2000-02-29", "2024-02-29", "2026-02-05", "2026-12-31", "9999-12-31"])
    func `a date reads back as it was written`(text: String) { #expect(BusinessDate(text)?.description == text) }

    @Test(arguments: [
        "", "2026-2-5", "2026-02-5", "26-02-05", "2026/02/05", "2026-02-05 ", " 2026-02-05", "2026-02-05T00:00:00Z", "2026-13-01",
        "2026-00-01",
        "2026-01-00", "2026-01-32", "2026-04-31", "2026-02-29", "1900-02-29", "2100-02-29", "0000-01-01", "+026-02-05", "2026-02-0x",
        "２０２６-02-05",
        "2026-+1-05", "-026-01-01",
    ])
    func `what is no day is no date`(text: String) { #expect(BusinessDate(text) == nil) }

    @Test func `days are counted from 1970`() {
        #expect(BusinessDate("1970-01-01")?.day == 0)
        #expect(BusinessDate("1969-12-31")?.day == -1)
        #expect(BusinessDate("2000-03-01")?.day == 11_017)
        #expect(BusinessDate("2026-02-05")?.day == 20_489)
    }

    @Test func `every day of four centuries is followed by the next`() throws {
        var date = try #require(BusinessDate("1900-01-01"))
        var (year, month, day) = (1900, 1, 1)
        while year < 2301 {
            #expect(date.components == (year, month, day))
            if BusinessDate(year: year, month: month, dayOfMonth: day) != date { Issue.record("\(date)") }
            day += 1
            if BusinessDate(year: year, month: month, dayOfMonth: day) == nil { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
            date = date.adding(days: 1)
        }
        // 400 years are 146,097 days in the Gregorian calendar, and 2300 is no leap year.
        #expect(try #require(BusinessDate("1900-01-01")).days(until: date) == 146_097 + 365)
    }

    @Test(arguments: [
        ("2026-02-05", 1, "2027-02-05"), ("2024-02-29", 1, "2025-02-28"), ("2024-02-29", 4, "2028-02-28"), ("2023-02-28", 1, "2024-02-28"),
        ("2024-03-01", 1, "2025-03-01"), ("2026-12-31", 5, "2031-12-31"), ("1999-01-01", 1, "2000-01-01"),
    ])
    func `years are added to the same day, and 29 February counts as the 28th`(from: String, years: Int, to: String) {
        #expect(BusinessDate(from)?.adding(years: years).description == to)
    }

    @Test func `days between dates have a sign`() throws {
        let (first, second) = (try #require(BusinessDate("2026-02-28")), try #require(BusinessDate("2026-03-01")))
        #expect(first.days(until: second) == 1 && second.days(until: first) == -1 && first.days(until: first) == 0)
        #expect(first < second && first.adding(days: 1) == second && second.adding(days: -1) == first)
    }

    @Test(arguments: [
        ("2026-02-04T15:59:59.999Z", "2026-02-04"), ("2026-02-04T16:00:00Z", "2026-02-05"), ("2026-02-05T15:59:59Z", "2026-02-05"),
        ("1969-12-31T15:59:59Z", "1969-12-31"), ("1969-12-31T16:00:00Z", "1970-01-01"),
    ])
    func `the business date of an instant is WITA's`(instant: String, date: String) throws {
        #expect(BusinessDate(try #require(Instant(instant))).description == date)
    }

    @Test func `a day begins at its midnight in WITA`() throws {
        let day = try #require(BusinessDate("2026-02-05"))
        #expect(day.start.description == "2026-02-04T16:00:00Z")
        #expect(BusinessDate(day.start) == day)
        #expect(BusinessDate(Instant(milliseconds: day.start.milliseconds - 1)) == day.adding(days: -1))
    }
}
