import Foundation

/// The token that lets a reader see phone and account numbers whole: `Authorization: Bearer <token>`.
///
/// The file is read at each use, so that a new token counts at once and an old one no more. Without a file, or with an empty one, nobody has it.
struct ReadToken: Sendable {
    private let path: String?

    init(file path: String?) { self.path = path }

    /// Whether the value of an `Authorization` header shows the token. Blocks while the file is read.
    func isShown(by authorization: String?) -> Bool {
        guard let authorization, let path, let token = Self.token(at: path) else { return false }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return Self.areEqual(Array(parts[1].drop { $0 == " " }.utf8), token)
    }

    /// Why nobody can show the token although there is to be one; nil if all is well.
    var fault: String? {
        guard let path else { return nil }
        return Self.token(at: path) == nil ? "READ_TOKEN_FILE: \(path) cannot be read or is empty, so nobody sees numbers whole" : nil
    }

    /// Without the blanks and line ends around it, with which most editors and tools write a file.
    private static func token(at path: String) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        let token = data.drop(while: blanks.contains).reversed().drop(while: blanks.contains).reversed()
        return token.isEmpty ? nil : Array(token)
    }

    /// In a time that says nothing of where two texts differ.
    private static func areEqual(_ shown: [UInt8], _ token: [UInt8]) -> Bool {
        var difference = UInt8(shown.count == token.count ? 0 : 1)
        for index in token.indices { difference |= token[index] ^ (index < shown.count ? shown[index] : 0) }
        return difference == 0
    }
}
