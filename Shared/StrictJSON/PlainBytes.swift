/// Bytes that stand in a JSON string as they are: printable ASCII but the quote and the backslash. Looked at eight at a time.
enum PlainBytes {
    /// Where the run of plain bytes from `start` on ends.
    @inline(__always)
    static func end(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        if let bytes = UnsafeRawPointer(text.baseAddress) {
            while position + 8 <= text.count {
                let others = others(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
                if others != 0 { return position + others.trailingZeroBitCount / 8 }
                position += 8
            }
        }
        while position < text.count, isPlain(text[position]) { position += 1 }
        return position
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The highest bit of each byte that is not plain. A borrow may mark bytes above such a one too; the lowest mark is always right.
    @inline(__always)
    private static func others(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let control = (word &- (ones &* 0x20)) & ~word
        return (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | control | word) & highs
    }
}
