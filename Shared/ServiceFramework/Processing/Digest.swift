import CLibCrypto
import Messaging
import Primitives
import Storage

/// The SHA-256 of a message: 32 bytes.
struct Digest: Hashable, Bindable {
    private static let size = MemoryLayout<SIMD4<UInt64>>.size
    /// Looked up once: OpenSSL's one-call function takes locks to find it each time. Immutable and counted by the library, so threads may share it.
    nonisolated(unsafe) private static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)

    /// The bytes in their order; kept in place, for it would be an allocation per message.
    private var content = SIMD4<UInt64>()

    init(of bytes: [UInt8]) {
        let result = withUnsafeMutableBytes(of: &content) { digest in
            bytes.withUnsafeBytes { EVP_Digest($0.baseAddress, $0.count, digest.baseAddress, nil, Self.sha256, nil) }
        }
        // Without a digest a message could not be told from another: nothing may be written then.
        precondition(result == 1, "OpenSSL computes no SHA-256")
    }

    /// Of the whole body, also where only its beginning is at hand.
    init(of incoming: Incoming) {
        if let whole = incoming.wholeSHA256 { self.init(stored: whole) } else { self.init(of: incoming.body) }
    }

    /// As the store has it, where the schema checks the length.
    init(stored bytes: [UInt8]) {
        precondition(bytes.count == Self.size, "a digest of \(bytes.count) bytes")
        withUnsafeMutableBytes(of: &content) { $0.copyBytes(from: bytes) }
    }

    func bind(to parameters: Parameters, at index: Int32) -> Int32 {
        withUnsafeBytes(of: content) { parameters.bind(blob: $0, at: index) }
    }

    var hexadecimal: String { withUnsafeBytes(of: content) { Hexadecimal.text(of: $0) } }
}
