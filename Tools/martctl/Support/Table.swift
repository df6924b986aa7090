import Primitives

/// A table for a terminal of 80 columns.
struct Table {
    enum Alignment {
        case left, right
    }

    private struct Cell {
        let text: String
        let width: Int

        init(_ text: String) {
            self.text = Printable.line(text)
            width = Printable.width(self.text)
        }
    }

    private let columns: [Alignment]
    private var rows: [[Cell]] = []
    private let hasHeader: Bool
    static let width = 80
    private static let narrowest = 8

    init(_ columns: [Alignment], header: [String]? = nil) {
        self.columns = columns
        hasHeader = header != nil
        if let header { row(header) }
    }

    mutating func row(_ cells: String...) { row(cells) }
    mutating func row(_ cells: [String]) { rows.append(cells.map(Cell.init)) }

    /// The rows, two columns of indentation; where a row would be too wide, the widest column of text gives way.
    var text: String {
        var widths = columns.indices.map { column in rows.map { column < $0.count ? $0[column].width : 0 }.max() ?? 0 }
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

    private func pad(_ row: [Cell], _ column: Int, _ widths: [Int]) -> String {
        var cell = column < row.count ? row[column] : Cell("")
        if cell.width > widths[column] { cell = Cell(Printable.prefix(cell.text, width: widths[column] - 1) + "…") }
        let space = String(repeating: " ", count: widths[column] - cell.width)
        return columns[column] == .left ? cell.text + space : space + cell.text
    }
}

/// A heading with a rule under the whole width.
enum Heading {
    static func text(_ title: String) -> String {
        let title = Printable.line(title)
        return "\n── \(title) " + String(repeating: "─", count: max(0, Table.width - Printable.width(title) - 4))
    }
}
