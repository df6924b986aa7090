import ArgumentParser
import Documents
import Foundation

/// For developers, and no product: writes the documents that follow from the services' indexes.
@main
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Writes the documents that follow from the services' indexes.")

    @Option(help: "The root of the project.")
    var root = "."

    func run() throws {
        for document in Document.all {
            let file = URL(filePath: root).appending(path: document.path)
            let current = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            let rendered = try document.render(current)
            if rendered == current { continue }
            // In its place, so that a script stays executable.
            try Data(rendered.utf8).write(to: file)
            print("wrote \(document.path)")
        }
    }
}
