/// Ids on the wire: 1 to 64 of `A-Z a-z 0-9 . _ : -`.
public enum Identifier {
    public static let maximumLength = 64

    public static func isValid(_ text: String) -> Bool {
        if let result = text.utf8.withContiguousStorageIfAvailable(isValid) { return result }
        var copy = text
        return copy.withUTF8(isValid)
    }

    private static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard (1...maximumLength).contains(bytes.count) else { return false }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"):
                continue
            default: return false
            }
        }
        return true
    }
}

/// Makes time-ordered UUIDs (RFC 9562, version 7): a millisecond, a 12-bit counter, 62 random bits.
///
/// Time-ordered, because random keys make every index insert land on another page. One owner, so no lock.
public struct UUIDv7Generator: Sendable {
    private var random: SplitMix64
    private var lastMillisecond: Int64 = 0
    private var counter: UInt16 = 0

    public init() { self.init(seed: UInt64.random(in: .min ... .max)) }

    public init(seed: UInt64) { random = SplitMix64(seed: seed) }

    public mutating func next(at instant: Instant = .systemNow) -> String {
        if instant.milliseconds > lastMillisecond {
            lastMillisecond = instant.milliseconds
            counter = 0
        } else {
            counter += 1
            if counter > 0xFFF {
                lastMillisecond += 1
                counter = 0
            }
        }
        let high = UInt64(bitPattern: lastMillisecond) << 16 | 0x7000 | UInt64(counter)
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return Self.text(high, low)
    }

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var place = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[place] = UInt8(ascii: "-")
                    place += 1
                }
                let word = nibble < 16 ? high : low
                let shift = UInt64(60 - (nibble & 15) * 4)
                buffer[place] = digits.utf8Start[Int(word >> shift & 15)]
                place += 1
            }
            return 36
        }
    }
}
