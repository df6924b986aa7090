import Primitives

/// Text for a terminal of 80 columns.
enum Paragraph {
    /// Broken between words; every line is indented, those after the first by two more. A word that is too long stands alone.
    static func text(_ text: String, indent: Int = 0) -> String {
        var lines: [String] = []
        var line = String(repeating: " ", count: indent)
        var width = indent
        var isEmpty = true
        // A line feed in it is somebody else's, and must not begin one of ours.
        for word in Printable.line(text).split(whereSeparator: \.isWhitespace) {
            let columns = Printable.width(word)
            if !isEmpty, width + 1 + columns > Table.width {
                lines.append(line)
                line = String(repeating: " ", count: indent + 2)
                width = indent + 2
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            width += (isEmpty ? 0 : 1) + columns
            isEmpty = false
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
