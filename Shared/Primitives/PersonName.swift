/// Names of people, where a rule asks for two different ones.
public enum PersonName {
    /// Whether both are written for the same person: trimmed and case-folded they are equal.
    public static func isSame(_ left: String, _ right: String) -> Bool { folded(left) == folded(right) }

    /// Up and down again, because some letters meet in capitals only: `ß` and `ss`.
    private static func folded(_ name: String) -> String {
        let start = name.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end].uppercased().lowercased()
    }
}
