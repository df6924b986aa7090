import CLibCrypto

/// The SHA-256 of a body that is too large to be kept: of each frame as it goes by.
final class BodyDigest {
    private let context: OpaquePointer

    init() {
        // Without a digest one such body could not be told from another.
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("OpenSSL computes no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        let result = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(result == 1, "OpenSSL computes no SHA-256")
    }

    /// 32 bytes. Once.
    func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        let result = EVP_DigestFinal_ex(context, &digest, nil)
        precondition(result == 1, "OpenSSL computes no SHA-256")
        return digest
    }
}
