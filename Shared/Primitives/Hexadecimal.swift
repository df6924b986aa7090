/// Hexadecimal digits of numbers and bytes, in small letters.
package enum Hexadecimal {
    /// Puts the eight digits of a word; all at once, for ids are made for every message.
    @inline(__always)
    package static func put(_ word: UInt32, at place: UnsafeMutablePointer<UInt8>) {
        // One digit in each byte, the first in the lowest.
        var digits = UInt64(word.byteSwapped)
        digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits >> 4 & 0x000F_000F_000F_000F) | (digits & 0x000F_000F_000F_000F) << 8
        // From ten on, a letter.
        let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        let text = digits &+ 0x3030_3030_3030_3030 &+ letters &* UInt64(UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
        UnsafeMutableRawPointer(place).storeBytes(of: text.littleEndian, as: UInt64.self)
    }

    @inline(__always)
    package static func put(_ word: UInt64, at place: UnsafeMutablePointer<UInt8>) {
        put(UInt32(truncatingIfNeeded: word >> 32), at: place)
        put(UInt32(truncatingIfNeeded: word), at: place + 8)
    }

    package static func text(of bytes: some Collection<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
