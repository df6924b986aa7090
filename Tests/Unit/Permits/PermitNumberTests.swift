import PermitsDomain
import Primitives
import Testing

@Suite struct PermitNumberTests {
    private func warnings(_ number: String, _ kind: PermitKind, regency: String = "53.06", from: String = "2026-02-05") -> [String] {
        PermitNumber(number, kind: kind).warnings(regency: regency, validFrom: date(from))
    }

    @Test(
        arguments: [
            ("1234567890123", .nib), ("NIB 1234567890123", .nib), ("MD123456789012", .bpomMd), ("MD 123456789012345", .bpomMd),
            ("BPOM RI MD 123456789012", .bpomMd), ("NA12345678901", .bpomNa), ("NE12345678901", .bpomNa), ("POM TR 123456789", .bpomTr),
            ("tr123456789", .bpomTr), ("ID12345678901234567", .halal), ("anything at all", .hygiene), ("421.3/17/SMA", .schoolLetter),
            ("PD-1", .psat), ("S", .sni), ("x", .pkrt),
        ] as [(String, PermitKind)])
    func `a well-formed number has no warnings`(number: String, kind: PermitKind) { #expect(warnings(number, kind).isEmpty) }

    @Test(
        arguments: [
            ("123456789012", .nib), ("12345678901234", .nib), ("123456789012x", .nib), ("MD12345678901", .bpomMd),
            ("MD1234567890123456", .bpomMd),
            ("123456789012", .bpomMd), ("NF12345678901", .bpomNa), ("NA1234567890", .bpomNa), ("NA123456789012", .bpomNa), ("N", .bpomNa),
            ("TR12345678", .bpomTr), ("TR1234567890", .bpomTr), ("ID1234567890123456", .halal), ("ID123456789012345678", .halal),
            ("MD１２３４５６７８９０１２", .bpomMd),
        ] as [(String, PermitKind)])
    func `a number of another form is odd, once`(number: String, kind: PermitKind) { #expect(warnings(number, kind).count == 1) }

    // MARK: P-IRT

    @Test(arguments: ["206530600010130", "P-IRT No. 2065306000101-30", "801530600010130", "115530600010130", "pirt 206530900010130"])
    func `a P-IRT number may be written in either office's code, with or without its words`(number: String) {
        #expect(warnings(number, .sppIrt).isEmpty)
    }

    @Test(arguments: [
        ("006530600010130", "packaging"), ("906530600010130", "packaging"), ("200530600010130", "food type"),
        ("216530600010130", "food type"),
        ("206530700010130", "Kabupaten Alor or Kabupaten Sikka"), ("206999900010130", "no regency of the province"),
        ("206530600010125", "2025"),
    ])
    func `each odd part of a P-IRT number is named`(number: String, part: String) throws {
        let found = warnings(number, .sppIrt)
        #expect(found.count == 1)
        #expect(try #require(found.first).contains(part))
    }

    @Test func `a P-IRT number may be odd in every part at once`() { #expect(warnings("916999900010125", .sppIrt).count == 4) }

    @Test(arguments: ["", "20653060001013", "2065306000101300", "20653060001013x"])
    func `a P-IRT number of another length is just that`(number: String) {
        #expect(warnings(number, .sppIrt) == ["a P-IRT number has 15 digits"])
    }

    @Test func `the same four digits may name two regencies, and the permit's own is believed`() {
        // 5306 is Flores Timur to the Home Ministry and Belu to the statistics office.
        #expect(warnings("206530600010130", .sppIrt, regency: "53.06").isEmpty)
        #expect(warnings("206530600010130", .sppIrt, regency: "53.04").isEmpty)
        #expect(warnings("206530600010130", .sppIrt, regency: "53.07").count == 1)
    }

    @Test func `the expiry year may be the year of the first day`() {
        #expect(warnings("206530600010126", .sppIrt, from: "2026-12-31").isEmpty)
        #expect(warnings("206530600010126", .sppIrt, from: "2027-01-01").count == 1)
    }

    // MARK: Imports

    @Test(
        arguments: [
            ("ML123456789012", .bpomMd, "ML"), ("ml 123456789012", .bpomMd, "ML"), ("BPOM RI ML 5", .bpomMd, "ML"),
            ("TI123456789", .bpomTr, "TI"),
            ("POM TI-1", .bpomTr, "TI"), ("ML-A", .bpomNa, "ML"), ("ML123456789012", .sppIrt, "ML"), ("TI 1", .halal, "TI"),
        ] as [(String, PermitKind, String)])
    func `an imported number is told by its letters`(number: String, kind: PermitKind, letters: String) {
        #expect(PermitNumber(number, kind: kind).importLetters == letters)
    }

    @Test(
        arguments: [
            ("MD123456789012", .bpomMd), ("TR123456789", .bpomTr), ("1ML2", .bpomMd), ("TIM/12/2026", .schoolLetter), ("ML", .hygiene),
            ("M", .bpomMd), ("", .bpomMd),
        ] as [(String, PermitKind)])
    func `other letters are no import`(number: String, kind: PermitKind) {
        #expect(PermitNumber(number, kind: kind).importLetters == nil)
    }
}
