/// A table for a terminal of 80 columns.
struct Table {
    enum Alignment {
        case left, right
    }

    private let columns: [Alignment]
    private var rows: [[String]] = []
    private let hasHeader: Bool
    static let width = 80
    private static let narrowest = 8

    init(_ columns: [Alignment], header: [String]? = nil) {
        self.columns = columns
        hasHeader = header != nil
        if let header { rows.append(header) }
    }

    mutating func row(_ cells: String...) { rows.append(cells) }
    mutating func row(_ cells: [String]) { rows.append(cells) }

    /// The rows, two columns of indentation; where a row would be too wide, the widest column of text gives way.
    var text: String {
        var widths = columns.indices.map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        var excess = widths.reduce(2 * columns.count, +) - Self.width
        while excess > 0, let widest = widths.indices.filter({ columns[$0] == .left }).max(by: { widths[$0] < widths[$1] }),
            widths[widest] > Self.narrowest
        {
            widths[widest] -= 1
            excess -= 1
        }
        var lines = rows.map { row in
            var line = "  " + columns.indices.map { pad(row, $0, widths) }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        if hasHeader { lines.insert("  " + widths.map { String(repeating: "─", count: $0) }.joined(separator: "──"), at: 1) }
        return lines.joined(separator: "\n")
    }

    private func pad(_ row: [String], _ column: Int, _ widths: [Int]) -> String {
        var cell = column < row.count ? row[column] : ""
        if cell.count > widths[column] { cell = cell.prefix(widths[column] - 1) + "…" }
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return columns[column] == .left ? cell + space : space + cell
    }
}

/// A heading with a rule under the whole width.
enum Heading {
    static func text(_ title: String) -> String {
        "\n── \(title) " + String(repeating: "─", count: max(0, Table.width - title.count - 4))
    }
}
