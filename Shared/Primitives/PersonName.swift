import Foundation

/// Names of people, where a rule asks for two different ones.
public enum PersonName {
    /// Whether both are written for the same person: in NFKC, case-folded, inner blanks made one and ends trimmed they are equal.
    ///
    /// What cannot be seen counts for nothing, for stores have names from before such characters were refused.
    public static func isSame(_ left: String, _ right: String) -> Bool { folded(left) == folded(right) }

    /// In the form in which names are compared.
    static func folded(_ name: String) -> String {
        var folded = String.UnicodeScalarView()
        var isAfterBlank = false
        for scalar in name.precomposedStringWithCompatibilityMapping.unicodeScalars {
            switch Sight(scalar) {
            case .format: continue
            case .blank: isAfterBlank = true
            case .control: isAfterBlank = isAfterBlank || scalar.properties.isWhitespace
            case .seen, .mark:
                if isAfterBlank, !folded.isEmpty { folded.append(" ") }
                isAfterBlank = false
                folded.append(contentsOf: caseFolded(scalar))
            }
        }
        return String(folded).precomposedStringWithCompatibilityMapping
    }

    /// Unicode's full case folding, which the standard library keeps to itself: down, up and down again, because some letters meet in capitals
    /// only (`ß` and `ss`), and some have no capital of one letter (`ẞ`).
    private static func caseFolded(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        // A letter that folding leaves alone keeps what it has: a dotless i is no i.
        guard scalar.properties.changesWhenCaseFolded else { return String(scalar).unicodeScalars }
        let upper = String(scalar).lowercased().uppercased()
        // Cherokee alone folds upwards.
        if upper.unicodeScalars.allSatisfy({ 0x13A0...0x13F5 ~= $0.value }) { return upper.unicodeScalars }
        return upper.lowercased().unicodeScalars
    }
}
