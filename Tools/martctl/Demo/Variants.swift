import Primitives

/// The many products of one row: by size, flavour, motif, colour, title or packaging.
struct Variants {
    struct Variant {
        var name: String
        var net: String
        /// In proportion to the row's price.
        var priceFactor: Double
    }

    private let row: ProductRow

    init(_ row: ProductRow) { self.row = row }

    /// Different variants, as many as asked for; the first is the row itself.
    func first(_ count: Int) -> [Variant] {
        let (first, second) = axes
        var variants: [Variant] = []
        // Diagonally, so that both axes vary from the start.
        for step in 0..<first.count * second.count where variants.count < count {
            let row = step % first.count
            let column = (step / first.count + row) % second.count
            variants.append(variant(first[row], second[column]))
        }
        var edition = 2
        while variants.count < count {
            let again = variants[variants.count % (first.count * second.count)]
            variants.append(Variant(name: "\(again.name) seri \(edition)", net: again.net, priceFactor: again.priceFactor))
            edition += 1
        }
        return variants
    }

    private typealias Label = (text: String, factor: Double)

    private func variant(_ first: Label, _ second: Label) -> Variant {
        let isSize = first.text.last.map { "gkLl".contains($0) } == true && first.text.first?.isNumber == true
        let words = [baseName, second.text, first.text].filter { !$0.isEmpty }
        return Variant(name: words.joined(separator: " "), net: isSize ? first.text : row.net, priceFactor: first.factor * second.factor)
    }

    private var axes: (first: [Label], second: [Label]) {
        switch row.kind {
        case .book:
            return (Self.equal(row.name.hasPrefix("Kamus") ? ["edisi saku", "edisi sekolah"] : ["", "jilid 2"]), Self.equal(titles))
        case .textile where row.name.hasPrefix("Kaos"): return (Self.equal(["S", "M", "L", "XL"]), Self.equal(Self.colours))
        case .textile: return (Self.equal(Self.colours), Self.graded(Self.motifs.map { "motif \($0)" }))
        case .craft: return ([("kecil", 0.7), ("sedang", 1), ("besar", 1.5), ("istimewa", 1.9)], Self.equal(Self.colours))
        default: return (sizes, Self.graded(tastes))
        }
    }

    /// The row's name without the flavour or size that its variants name themselves.
    private var baseName: String {
        if row.kind == .book { return row.name + ":" }
        var name = row.name
        for ending in Self.flavours + ["original", "(non-konsumsi)"] where name.hasSuffix(" \(ending)") {
            name = String(name.dropLast(ending.count + 1))
        }
        return name
    }

    private var sizes: [Label] {
        let parts = row.net.split(separator: " ")
        guard !row.name.contains(row.net), parts.count == 2, let amount = Double(parts[0]), ["g", "kg", "ml", "L"].contains(parts[1]) else {
            return [("", 1), ("kemasan hadiah", 1.25), ("pouch", 0.95), ("isi ganda", 1.6)]
        }
        let isLarge = parts[1] == "kg" || parts[1] == "L"
        let base = isLarge ? amount * 1000 : amount
        let small = parts[1] == "kg" || parts[1] == "g" ? "g" : "ml"
        return [(1.0, 1.0), (0.5, 0.6), (2.0, 1.75), (4.0, 3.2)].map { (size, price) in
            let total = Int(base * size)
            let tenths = total % 1000 == 0 ? "" : ",\(total % 1000 / 100)"
            let text = total >= 1000 && total % 100 == 0 ? "\(total / 1000)\(tenths) \(small == "g" ? "kg" : "L")" : "\(total) \(small)"
            return (text, price)
        }
    }

    private var tastes: [String] {
        let name = row.name.lowercased()
        if name.contains("kopi") { return ["", "sangrai muda", "sangrai sedang", "sangrai tua", "peaberry", "giling halus"] }
        if ["teh", "jamu", "serbuk", "sirup"].contains(where: name.contains) {
            return ["", "serai", "madu", "kayu manis", "lemon", "pandan"]
        }
        switch row.kind {
        case .cosmetic, .traditionalMedicine, .household: return ["", "cendana", "jeruk nipis", "kelor", "melati", "serai wangi"]
        case .foodFreshPlant, .saltIodised, .agriInput: return ["", "pilihan", "kelas A", "kelas B", "organik"]
        case .foodShortLife: return [""] + Self.sweet
        default: break
        }
        if name.contains("tepung") || row.foodType == "07" { return ["", "pilihan", "kelas A", "kelas B", "organik"] }
        // P-IRT food types: 06 bakery, 08 jam, 09 sugar, honey and sweets.
        return [""] + (["06", "08", "09"].contains(row.foodType) ? Self.sweet : Self.flavours)
    }

    private var titles: [String] {
        if row.name.hasPrefix("Kamus") {
            return ["Larantuka", "Adonara", "Solor", "Lewolema", "Tanjung Bunga", "Ile Mandiri", "Wulanggitang", "Demon Pagong"]
        }
        return [
            "Laut di Ujung Kampung", "Surat untuk Ile Mandiri", "Hujan Pertama di Lewotobi", "Perahu Bapa", "Malam Semana Santa",
            "Anak Penenun", "Pasar Waiwerang", "Angin Solor",
        ]
    }

    private static let flavours = ["pedas manis", "balado", "bawang", "gula aren", "pedas", "asin gurih"]
    private static let sweet = ["vanili", "pandan", "jahe", "kelapa", "cokelat", "kayu manis"]
    private static let colours = ["indigo", "merah mengkudu", "hitam arang", "kuning kunyit", "cokelat tanah"]
    private static let motifs = ["manta", "perahu tena", "moko", "belah ketupat", "bintang tujuh", "daun lontar", "tumpal"]

    private static func equal(_ texts: [String]) -> [Label] { texts.map { ($0, 1) } }
    private static func graded(_ texts: [String]) -> [Label] { texts.enumerated().map { ($1, 1 + 0.03 * Double($0)) } }
}
