import Documents
import Foundation
import Testing

@Suite("Generated documents")
struct GeneratedDocumentTests {
    @Test("every generated document is what the services' indexes say", arguments: Document.all.map(\.path))
    func documentIsCurrent(path: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardizedFileURL
        let document = try #require(Document.all.first { $0.path == path })
        let current = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        #expect(try document.render(current) == current, "\(path) differs from the indexes: run `make generate`")
    }
}
