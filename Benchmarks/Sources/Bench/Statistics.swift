/// Figures of several rounds.
struct Series: Codable, Sendable {
    var values: [Double] = []

    var median: Double {
        let sorted = values.sorted()
        if sorted.isEmpty { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
    var least: Double { values.min() ?? 0 }
    var greatest: Double { values.max() ?? 0 }
}

/// A table of text, columns as wide as they need.
struct Table {
    var rows: [[String]]

    var markdown: String {
        guard let head = rows.first else { return "" }
        let lines = [head, head.map { _ in "---" }] + rows.dropFirst()
        return lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    }

    var text: String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
