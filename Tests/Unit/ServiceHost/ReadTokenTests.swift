import Foundation
import Testing

@testable import ServiceHost

/// The token with which a reader sees phone and account numbers whole.
@Suite struct ReadTokenTests {
    private static func written(_ content: String, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID().uuidString)").path
        #expect(FileManager.default.createFile(atPath: path, contents: Data(content.utf8)))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test(arguments: ["s3cret", "s3cret\n", "s3cret\r\n", "  s3cret \n\n"]) func `blanks and line ends of the file are none of the token`(
        content: String
    ) throws {
        try Self.written(content) { path in
            let token = ReadToken(file: path)
            #expect(token.fault == nil)
            for shown in ["Bearer s3cret", "bearer s3cret", "BEARER  s3cret"] { #expect(token.isShown(by: shown), "\(shown)") }
            for shown in [
                nil, "", "Bearer", "Bearer ", "s3cret", "Basic s3cret", "Bearer s3cre", "Bearer s3cret1", "Bearer S3cret",
                "Bearer s3cret s3cret",
                "Bearer s3cret\n", "Bears3cret",
            ] { #expect(!token.isShown(by: shown), "\(shown ?? "nothing")") }
        }
    }

    @Test func `an empty file, a missing one or none gives the token to nobody`() throws {
        try Self.written("\n ") { path in
            #expect(!ReadToken(file: path).isShown(by: "Bearer "))
            #expect(!ReadToken(file: path).isShown(by: "Bearer \n"))
            #expect(ReadToken(file: path).fault != nil)
        }
        #expect(!ReadToken(file: "/nowhere/token").isShown(by: "Bearer x"))
        #expect(ReadToken(file: "/nowhere/token").fault != nil)
        #expect(!ReadToken(file: nil).isShown(by: "Bearer "))
        #expect(ReadToken(file: nil).fault == nil)
    }

    @Test func `a new token counts at once, and the old one no more`() throws {
        try Self.written("old") { path in
            let token = ReadToken(file: path)
            #expect(token.isShown(by: "Bearer old"))
            try Data("new".utf8).write(to: URL(fileURLWithPath: path))
            #expect(token.isShown(by: "Bearer new"))
            #expect(!token.isShown(by: "Bearer old"))
            try FileManager.default.removeItem(atPath: path)
            #expect(!token.isShown(by: "Bearer new"))
        }
    }
}
