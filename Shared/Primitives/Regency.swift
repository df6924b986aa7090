/// A regency (kabupaten or kota) of Nusa Tenggara Timur, by its Home Ministry (Kemendagri) code.
public struct Regency: Sendable, Hashable {
    /// Kemendagri code with its dot, e.g. `53.06`.
    public let code: String
    /// The statistics office's (BPS) code of the same regency, e.g. `5309`; some permit numbers are written in it.
    public let statisticsCode: String
    public let name: String
    public let capital: String
    /// Villages: desa and kelurahan together.
    public let villages: Int

    /// All 22, by code. Source: Home Ministry decree 300.2.2-2430/2025.
    public static let all: [Regency] = [
        Regency(code: "53.01", statisticsCode: "5303", name: "Kabupaten Kupang", capital: "Oelamasi", villages: 177),
        Regency(code: "53.02", statisticsCode: "5304", name: "Kabupaten Timor Tengah Selatan", capital: "Soe", villages: 278),
        Regency(code: "53.03", statisticsCode: "5305", name: "Kabupaten Timor Tengah Utara", capital: "Kefamenanu", villages: 193),
        Regency(code: "53.04", statisticsCode: "5306", name: "Kabupaten Belu", capital: "Atambua", villages: 81),
        Regency(code: "53.05", statisticsCode: "5307", name: "Kabupaten Alor", capital: "Kalabahi", villages: 175),
        Regency(code: "53.06", statisticsCode: "5309", name: "Kabupaten Flores Timur", capital: "Larantuka", villages: 250),
        Regency(code: "53.07", statisticsCode: "5310", name: "Kabupaten Sikka", capital: "Maumere", villages: 194),
        Regency(code: "53.08", statisticsCode: "5311", name: "Kabupaten Ende", capital: "Ende", villages: 278),
        Regency(code: "53.09", statisticsCode: "5312", name: "Kabupaten Ngada", capital: "Bajawa", villages: 206),
        Regency(code: "53.10", statisticsCode: "5313", name: "Kabupaten Manggarai", capital: "Ruteng", villages: 171),
        Regency(code: "53.11", statisticsCode: "5302", name: "Kabupaten Sumba Timur", capital: "Waingapu", villages: 156),
        Regency(code: "53.12", statisticsCode: "5301", name: "Kabupaten Sumba Barat", capital: "Waikabubak", villages: 74),
        Regency(code: "53.13", statisticsCode: "5308", name: "Kabupaten Lembata", capital: "Lewoleba", villages: 151),
        Regency(code: "53.14", statisticsCode: "5314", name: "Kabupaten Rote Ndao", capital: "Baa", villages: 119),
        Regency(code: "53.15", statisticsCode: "5315", name: "Kabupaten Manggarai Barat", capital: "Labuan Bajo", villages: 169),
        Regency(code: "53.16", statisticsCode: "5318", name: "Kabupaten Nagekeo", capital: "Mbay", villages: 113),
        Regency(code: "53.17", statisticsCode: "5316", name: "Kabupaten Sumba Tengah", capital: "Waibakul", villages: 65),
        Regency(code: "53.18", statisticsCode: "5317", name: "Kabupaten Sumba Barat Daya", capital: "Tambolaka", villages: 175),
        Regency(code: "53.19", statisticsCode: "5319", name: "Kabupaten Manggarai Timur", capital: "Borong", villages: 176),
        Regency(code: "53.20", statisticsCode: "5320", name: "Kabupaten Sabu Raijua", capital: "Seba", villages: 63),
        Regency(code: "53.21", statisticsCode: "5321", name: "Kabupaten Malaka", capital: "Betun", villages: 127),
        Regency(code: "53.71", statisticsCode: "5371", name: "Kota Kupang", capital: "Kupang", villages: 51),
    ]

    /// By the two digits behind the dot: every message has a code, and looking it up by a hash would cost as much as reading it.
    private static let byNumber: [Regency?] = {
        var places = [Regency?](repeating: nil, count: 100)
        for regency in all {
            if let number = number(of: regency.code) { places[number] = regency }
        }
        return places
    }()

    /// The digits `NN` of `53.NN`; nil for anything else.
    private static func number(of code: String) -> Int? {
        var code = code
        return code.withUTF8 { bytes in
            guard bytes.count == 5, bytes[0] == UInt8(ascii: "5"), bytes[1] == UInt8(ascii: "3"), bytes[2] == UInt8(ascii: ".") else {
                return nil
            }
            return Digits.value(bytes, 3..<5)
        }
    }

    /// Nil for a code that is not one of the 22.
    public static func find(_ code: String) -> Regency? { number(of: code).flatMap { byNumber[$0] } }

    public static func isValid(_ code: String) -> Bool { number(of: code).map { isKnown[$0] } ?? false }
    private static let isKnown = byNumber.map { $0 != nil }

    /// A village code (`53.06.07.2005`) of the regency that its first five characters name; checks the form, not the register.
    public static func isVillageCode(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 2, 2, 4], text.allSatisfy({ $0 == "." || ("0"..."9").contains($0) }) else { return false }
        return isValid(String(text.prefix(5)))
    }
}
