/// Phone and account numbers as they are shown to those who need not see them whole.
public enum Masked {
    private static let stars = "****"

    /// Four asterisks and the last four digits; of a number with no more than four digits, nothing is shown.
    public static func phone(_ number: String) -> String {
        let digits = number.unicodeScalars.filter { ("0"..."9").contains($0) }
        return stars + (digits.count > 4 ? String(String.UnicodeScalarView(digits.suffix(4))) : "")
    }

    /// Four asterisks and the last four characters, of numbers below eight the last two.
    public static func account(_ number: String) -> String {
        let characters = number.unicodeScalars.filter { $0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0) }
        return stars + String(String.UnicodeScalarView(characters.suffix(characters.count < 8 ? 2 : 4)))
    }
}
