/// Why a byte sequence is not acceptable JSON.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Reason: String, Sendable {
        case byteOrderMark = "starts with a byte order mark"
        case invalidUTF8 = "is not valid UTF-8"
        case syntax = "is not JSON"
        case duplicateKey = "repeats a key within one object"
        case tooDeep = "is nested too deeply"
        case tooLarge = "is larger than 2 GiB"
    }

    public let reason: Reason
    /// Byte offset at which the fault was seen.
    public let offset: Int

    public var description: String { "the text \(reason.rawValue) (at byte \(offset))" }
}
