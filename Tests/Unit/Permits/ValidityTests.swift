import PermitsDomain
import Primitives
import Testing

@Suite struct ValidityTests {
    @Test(
        arguments: [
            (.nib, nil), (.halal, nil), (.schoolLetter, nil), (.bpomNa, 3), (.sppIrt, 5), (.bpomMd, 5), (.bpomTr, 5), (.psat, 5),
            (.pkrt, 5),
            (.sni, 4), (.hygiene, 1),
        ] as [(PermitKind, Int?)])
    func `a kind is granted for its own number of years`(kind: PermitKind, years: Int?) { #expect(Validity.years(of: kind) == years) }

    @Test(arguments: [
        (PermitKind.hygiene, "2026-02-05", "2027-02-04"),
        (.hygiene, "2026-01-01", "2026-12-31"),
        (.hygiene, "2024-02-29", "2025-02-27"),
        (.sni, "2024-02-29", "2028-02-27"),
        (.sni, "2024-03-01", "2028-02-29"),
        (.bpomNa, "2026-03-01", "2029-02-28"),
        (.sppIrt, "2026-02-05", "2031-02-04"),
    ])
    func `N years end on the same day N years on, less one day`(kind: PermitKind, from start: String, until end: String) {
        #expect(Validity.defaultEnd(of: kind, from: date(start))?.description == end)
    }

    @Test(arguments: [PermitKind.nib, .halal, .schoolLetter])
    func `some kinds have no end`(kind: PermitKind) { #expect(Validity.defaultEnd(of: kind, from: date("2026-02-05")) == nil) }

    @Test func `a threshold covers the days up to the next one`() {
        #expect((-1...181).map { Validity.notice(daysLeft: $0) }.filter { $0 == nil }.count == 1)
        #expect(Validity.notice(daysLeft: 181) == nil)
        #expect(Validity.notice(after: nil) == 180)
        #expect(Validity.notice(after: 180) == 90)
        #expect(Validity.notice(after: 7) == nil)
    }
}
