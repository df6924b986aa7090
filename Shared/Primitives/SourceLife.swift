/// Which life of its store a source is: `/catalog` is the first, `/catalog~2` goes on for it after a restore (section 2 of the contract).
///
/// Later lives count as later than everything that earlier ones said, whatever their sequences: they begin again at 1.
public struct SourceLife: Sendable, Hashable {
    /// The source of the first life.
    public let origin: String
    /// 0 for the first life.
    public let number: Int64

    private static let longestNumber = 9

    public init(_ source: String) {
        if let tilde = source.utf8.lastIndex(of: UInt8(ascii: "~")), tilde != source.startIndex {
            let digits = source[source.index(after: tilde)...]
            let isNumber = (1...Self.longestNumber).contains(digits.utf8.count) && digits.utf8.allSatisfy { $0 &- 0x30 < 10 }
            if isNumber, digits.utf8.first != UInt8(ascii: "0"), let number = Int64(digits) {
                self.init(origin: String(source[..<tilde]), number: number)
                return
            }
        }
        self.init(origin: source, number: 0)
    }

    public init(origin: String, number: Int64) {
        self.origin = origin
        self.number = number
    }

    /// The first life of a service.
    public static func first(of service: String) -> SourceLife { SourceLife(origin: "/\(service)", number: 0) }

    /// As it stands in an envelope.
    public var source: String { number == 0 ? origin : "\(origin)~\(number)" }
}
