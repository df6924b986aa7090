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
        String(unsafeUninitializedCapacity: 36) { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            // Groups of 8, 4, 4, 4 and 12 digits. Eight are put each time; what is too much is written over.
            Hexadecimal.put(UInt32(truncatingIfNeeded: high >> 32), at: start)
            Hexadecimal.put(UInt32(truncatingIfNeeded: high), at: start + 9)
            Hexadecimal.put(UInt32(truncatingIfNeeded: high << 16), at: start + 14)
            Hexadecimal.put(UInt32(truncatingIfNeeded: low >> 32), at: start + 19)
            Hexadecimal.put(UInt32(truncatingIfNeeded: low >> 16), at: start + 24)
            Hexadecimal.put(UInt32(truncatingIfNeeded: low), at: start + 28)
            let dash = UInt8(ascii: "-")
            (start[8], start[13], start[18], start[23]) = (dash, dash, dash, dash)
            return 36
        }
    }
}
