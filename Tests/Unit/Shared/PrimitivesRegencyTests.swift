import Primitives
import Testing

struct PrimitivesRegencyTests {
    @Test func `the province has 22 regencies, one of them a city`() {
        #expect(Regency.all.count == 22)
        #expect(Set(Regency.all.map(\.code)).count == 22 && Set(Regency.all.map(\.statisticsCode)).count == 22)
        #expect(Set(Regency.all.map(\.name)).count == 22)
        #expect(Regency.all.map(\.code) == Regency.all.map(\.code).sorted())
        #expect(Regency.all.filter { $0.name.hasPrefix("Kota ") }.map(\.code) == ["53.71"])
        #expect(Regency.all.allSatisfy { $0.name.hasPrefix("Kabupaten ") || $0.name.hasPrefix("Kota ") })
    }

    /// 3,442 desa and kelurahan: the sum of `ntt-regencies.csv`.
    @Test func `villages add up to the province's`() { #expect(Regency.all.reduce(0) { $0 + $1.villages } == 3442) }

    @Test(arguments: [
        ("53.06", "5309", "Kabupaten Flores Timur", "Larantuka", 250), ("53.05", "5307", "Kabupaten Alor", "Kalabahi", 175),
        ("53.20", "5320", "Kabupaten Sabu Raijua", "Seba", 63), ("53.04", "5306", "Kabupaten Belu", "Atambua", 81),
        ("53.71", "5371", "Kota Kupang", "Kupang", 51),
    ])
    func `the regencies of the domain are as it says`(code: String, statistics: String, name: String, capital: String, villages: Int) throws
    {
        let regency = try #require(Regency.find(code))
        #expect(regency.statisticsCode == statistics && regency.name == name && regency.capital == capital && regency.villages == villages)
    }

    @Test(arguments: ["", "5306", "53.6", "53.00", "53.22", "53.72", "11.01", "53.06 ", "53.06.07"])
    func `no other code is one`(code: String) {
        #expect(!Regency.isValid(code))
        #expect(Regency.find(code) == nil)
    }

    @Test func `every code is written with two digits, a dot and two digits`() {
        for regency in Regency.all {
            #expect(regency.code.count == 5 && regency.code.hasPrefix("53.") && Regency.isValid(regency.code))
            #expect(regency.statisticsCode.count == 4 && regency.statisticsCode.hasPrefix("53"))
        }
    }

    @Test func `a village is told by its form and its regency`() {
        for code in ["53.06.07.2005", "53.71.01.1001"] { #expect(Regency.isVillageCode(code)) }
        for code in [
            "", "53.06", "53.06.07", "53.06.07.205", "53.22.07.2005", "53.06.07.2005.", "53.06.07.20a5", "53-06-07-2005", "53.06.0.72005",
            "５3.06.07.2005",
        ] {
            #expect(!Regency.isVillageCode(code), "\(code)")
        }
    }
}
