/// What the texts of commands must say and may hold: the contract's rule on text, and on names of people.
///
/// Whatever else a text is, it says something: a blank reason is none, and a name that nobody can see is nobody's.
public enum TextRule: Sendable, CaseIterable {
    /// One line: the name of a thing, a number, a unit.
    case line
    /// Reasons and notes, which may have tabs and several lines.
    case prose
    /// The name of a person. What cannot be seen would make two names of one.
    case person

    /// Why a text may not be, as the end of a sentence that its field begins; nil if it may. Never quotes the text.
    public func fault(in text: String) -> String? {
        if Self.isPlain(text) { return nil }
        var saysSomething = false
        for scalar in text.unicodeScalars {
            switch Sight(scalar) {
            case .seen: saysSomething = true
            case .control where !allows(scalar):
                return self == .prose ? "must not have control characters but tab and line ends" : "must not have control characters"
            case .format where self == .person && scalar.properties.generalCategory == .format:
                return "must not have format characters: it is the name of a person"
            case .control, .format, .blank, .mark: break
            }
        }
        return saysSomething ? nil : "must say something"
    }

    /// The text as a service may publish it: what a store took in before there was a rule is not told on as it is.
    public func cleaned(_ text: String) -> String {
        if fault(in: text) == nil { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch Sight(scalar) {
            case .control where !allows(scalar): clean.append("\u{FFFD}")
            case .format where self == .person: break
            default: clean.append(scalar)
            }
        }
        let result = String(clean)
        return fault(in: result) == nil ? result : "?"
    }

    private func allows(_ control: Unicode.Scalar) -> Bool { self == .prose && ["\t", "\n", "\r"].contains(control) }

    /// Whether a text is printable ASCII with more than blanks, as nearly all are.
    private static func isPlain(_ text: String) -> Bool {
        var saysSomething = false
        for byte in text.utf8 {
            guard 0x20...0x7E ~= byte else { return false }
            saysSomething = saysSomething || byte != 0x20
        }
        return saysSomething
    }
}

/// What a reader sees of a character.
enum Sight {
    /// Something of its own.
    case seen
    /// Only something on the character before it, as an accent.
    case mark
    case blank
    case control
    /// Nothing: format characters, and all that a display leaves out by default, such as fillers and variation selectors.
    case format

    init(_ scalar: Unicode.Scalar) {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .control: self = .control
        case .format: self = .format
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: self = .blank
        case _ where properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint: self = .format
        case .nonspacingMark, .enclosingMark: self = .mark
        // A braille cell without a dot is a blank to the eye.
        case _ where scalar == "\u{2800}": self = .blank
        default: self = .seen
        }
    }
}
