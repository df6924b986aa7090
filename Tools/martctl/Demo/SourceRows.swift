import Primitives

/// A row of `demo-products.csv`: one real kind of local product.
struct ProductRow: Sendable {
    let number: Int
    let name: String
    let programme: Programme
    let regency: String
    let villageCode: String
    let makers: String
    let communityKind: CommunityKind
    let schoolLevel: SchoolLevel?
    let kind: ProductKind
    let foodType: String
    let packaging: String
    let net: String
    let shelfLifeDays: Int64?
    let priceRange: ClosedRange<Int64>
    let price: Int64

    static let all: [ProductRow] = CSV.rows(PackageResources.demo_products_csv).compactMap { row in
        guard let number = row["no"].flatMap({ Int($0) }), let programme = row["programme"].flatMap(Programme.init),
            let kind = row["kind"].flatMap(ProductKind.init), let price = row["price"].flatMap({ Int64($0) }),
            let lowest = row["priceMin"].flatMap({ Int64($0) }), let highest = row["priceMax"].flatMap({ Int64($0) })
        else { return nil }
        return ProductRow(
            number: number, name: row["name"] ?? "", programme: programme, regency: row["regency"] ?? "",
            villageCode: row["villageCode"] ?? "", makers: row["makers"] ?? "",
            communityKind: row["communityKind"].flatMap(CommunityKind.init) ?? .other,
            schoolLevel: row["schoolLevel"].flatMap(SchoolLevel.init), kind: kind, foodType: row["pirtFoodType"] ?? "",
            packaging: row["pirtPackaging"] ?? "", net: row["net"] ?? "", shelfLifeDays: row["shelfLifeDays"].flatMap { Int64($0) },
            priceRange: lowest...highest, price: price)
    }
}

/// A row of `ntt-regencies.csv`.
struct RegencyRow: Sendable {
    let code: String
    let name: String
    let capital: String
    let isLaunched: Bool
    let launchedOn: String?

    static let all: [RegencyRow] = CSV.rows(PackageResources.ntt_regencies_csv).map { row in
        let date = row["launch_date_if_found"] ?? ""
        return RegencyRow(
            code: row["code"] ?? "", name: row["name"] ?? "", capital: row["capital"] ?? "",
            isLaunched: row["ntt_mart_launched_2026_02_05"] == "yes", launchedOn: date.isEmpty ? nil : date)
    }
}

/// RFC 4180, as far as our own files go: commas, quotes, no line breaks within a field.
enum CSV {
    static func rows(_ bytes: [UInt8]) -> [[String: String]] {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(fields)
        guard let header = lines.first else { return [] }
        return lines.dropFirst().map { Dictionary(zip(header, $0)) { first, _ in first } }
    }

    private static func fields(_ line: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}
