/// A share as operators read it.
public enum Share {
    /// What people make and the mart is to absorb, at least.
    public static let target = 0.8

    /// Nil where there is nothing to divide by.
    public static func of<Number: BinaryInteger>(_ part: Number, in whole: Number) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }
}
