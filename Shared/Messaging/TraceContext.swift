import Primitives

/// W3C Trace Context: one trace id from a command to the last event that follows from it.
public enum TraceContext {
    /// The longest `tracestate` that is passed on, in bytes; the standard asks for at least 512.
    public static let stateLimit = 512

    private static let versionEnd = 2
    private static let traceEnd = 35
    private static let length = 55

    /// Whether a `traceparent` is one by the standard's rules; another one counts as none.
    public static func isValid(_ traceparent: String) -> Bool {
        var text = traceparent
        return text.withUTF8 { bytes in
            guard bytes.count >= length, isHexadecimal(bytes[0..<versionEnd]), bytes[versionEnd] == dash,
                isHexadecimal(bytes[versionEnd + 1..<traceEnd]), bytes[traceEnd] == dash, isHexadecimal(bytes[traceEnd + 1..<52]),
                bytes[52] == dash, isHexadecimal(bytes[53..<length])
            else { return false }
            let zero = UInt8(ascii: "0")
            if bytes[versionEnd + 1..<traceEnd].allSatisfy({ $0 == zero }) || bytes[traceEnd + 1..<52].allSatisfy({ $0 == zero }) {
                return false
            }
            let isFirstVersion = bytes[0] == zero && bytes[1] == zero
            if isFirstVersion { return bytes.count == length }
            // A later version may say more, after another dash; ff is none.
            let f = UInt8(ascii: "f")
            return !(bytes[0] == f && bytes[1] == f) && (bytes.count == length || bytes[length] == dash)
        }
    }

    /// The trace id of a valid `traceparent`.
    public static func traceId(of traceparent: String) -> Substring { traceparent.dropFirst(versionEnd + 1).prefix(32) }

    /// A `tracestate` as it may be passed on; nil if it is too long or not printable.
    public static func state(_ tracestate: String) -> String? {
        guard 1...stateLimit ~= tracestate.utf8.count, tracestate.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) else { return nil }
        return tracestate
    }

    private static let dash = UInt8(ascii: "-")

    private static func isHexadecimal(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        bytes.allSatisfy { $0 &- UInt8(ascii: "0") < 10 || $0 &- UInt8(ascii: "a") < 6 }
    }
}

/// Makes trace and span ids. One owner, so no lock; not a secret, so a generator of a few nanoseconds is enough.
public struct TraceGenerator: Sendable {
    private var random: SplitMix64

    public init() { self.init(seed: UInt64.random(in: .min ... .max)) }

    public init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// The `traceparent` that a new trace begins with; sampled, for nobody upstream has decided otherwise.
    public mutating func start() -> String {
        let (high, low, span) = (nextId(), nextId(), nextId())
        return String(unsafeUninitializedCapacity: 55) { buffer in
            Self.put("00-", in: buffer, at: 0)
            Self.put(high, in: buffer, at: 3)
            Self.put(low, in: buffer, at: 19)
            buffer[35] = UInt8(ascii: "-")
            Self.put(span, in: buffer, at: 36)
            Self.put("-01", in: buffer, at: 52)
            return 55
        }
    }

    /// The same trace and flags with a span id of its own.
    /// - Precondition: `parent` is valid.
    public mutating func child(of parent: String) -> String {
        let span = nextId()
        var parent = parent
        return parent.withUTF8 { parent in
            precondition(parent.count >= 55, "a traceparent that was not checked")
            return String(unsafeUninitializedCapacity: 55) { buffer in
                _ = buffer.update(fromContentsOf: parent[..<55])
                // We write version 00, whatever the parent's is.
                Self.put("00", in: buffer, at: 0)
                Self.put(span, in: buffer, at: 36)
                return 55
            }
        }
    }

    /// Never zero, which the standard forbids.
    private mutating func nextId() -> UInt64 {
        let number = random.next()
        return number == 0 ? 1 : number
    }

    private static func put(_ text: StaticString, in buffer: UnsafeMutableBufferPointer<UInt8>, at place: Int) {
        for index in 0..<text.utf8CodeUnitCount { buffer[place + index] = text.utf8Start[index] }
    }

    private static func put(_ word: UInt64, in buffer: UnsafeMutableBufferPointer<UInt8>, at place: Int) {
        if let start = buffer.baseAddress { Hexadecimal.put(word, at: start + place) }
    }
}
