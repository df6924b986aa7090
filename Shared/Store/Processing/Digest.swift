import CLibCrypto

enum Digest {
    private static let size = 32
    /// Looked up once: OpenSSL's one-call function takes locks to find it each time. Immutable and counted by the library, so threads may share it.
    nonisolated(unsafe) private static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)

    /// SHA-256, 32 bytes.
    static func of(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { digest, count in
            let result = bytes.withUnsafeBytes { EVP_Digest($0.baseAddress, $0.count, digest.baseAddress, nil, sha256, nil) }
            // Without a digest a message could not be told from another: nothing may be written then.
            precondition(result == 1, "OpenSSL computes no SHA-256")
            count = size
        }
    }

    static func hexadecimal(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
