import Primitives
import Testing

struct PrimitivesIdentifierTests {
    @Test(arguments: ["a", "A-Z_0.9:x", "0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11", String(repeating: "x", count: 64), "-", "."])
    func `an id is made of 1 to 64 of its characters`(text: String) { #expect(Identifier.isValid(text)) }

    @Test(arguments: ["", String(repeating: "x", count: 65), "a b", "a/b", "é", "a\n", "a\u{0}", "😀", "a%", "@", "[", "`", "{", ";", "ａ"])
    func `anything else is no id`(text: String) { #expect(!Identifier.isValid(text)) }

    // MARK: UUIDv7

    private func isVersion7(_ id: String) -> Bool {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [8, 4, 4, 4, 12], parts[2].first == "7", let variant = parts[3].first else { return false }
        return "89ab".contains(variant) && id.allSatisfy { "0123456789abcdef-".contains($0) }
    }

    @Test func `a made id is a UUID of version 7 with its millisecond in front`() throws {
        var ids = UUIDv7Generator(seed: 7)
        let id = ids.next(at: try #require(Instant("2026-02-05T02:00:00.123Z")))
        #expect(isVersion7(id))
        #expect(Int64(id.replacing("-", with: "").prefix(12), radix: 16) == 1_770_256_800_123)
        #expect(Identifier.isValid(id))
    }

    @Test func `ids ascend within a millisecond, beyond 4096 of them, and when the clock goes back`() throws {
        var ids = UUIDv7Generator(seed: 7)
        let instant = try #require(Instant("2026-02-05T02:00:00Z"))
        var made = (0..<10_000).map { _ in ids.next(at: instant) }
        made.append(ids.next(at: instant.adding(.seconds(-10))))
        made.append(ids.next(at: instant.adding(.seconds(10))))
        #expect(zip(made, made.dropFirst()).allSatisfy { $0 < $1 })
        #expect(Set(made).count == made.count)
        #expect(made.allSatisfy(isVersion7))
    }

    @Test func `digits of a word are those of its number`() {
        for word: UInt32 in [0, 1, 9, 10, 0x0123_4567, 0x89AB_CDEF, 0xA0A0_A0A0, 0x9A9A_9A9A, .max] {
            let digits = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8) { digits in
                Hexadecimal.put(word, at: digits.baseAddress!)
                return String(decoding: digits, as: UTF8.self)
            }
            #expect(digits == String(repeating: "0", count: 8 - String(word, radix: 16).count) + String(word, radix: 16))
        }
    }

    @Test func `two generators do not make the same ids`() throws {
        let instant = try #require(Instant("2026-02-05T02:00:00Z"))
        var (first, second) = (UUIDv7Generator(), UUIDv7Generator())
        #expect(first.next(at: instant) != second.next(at: instant))
    }
}
