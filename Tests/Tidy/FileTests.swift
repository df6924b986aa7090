import Foundation
import Testing

/// How files look and what must be there.
struct FileTests {
    @Test func `no Swift file is longer than 400 lines`() {
        let limit = 400
        expectNone(
            Repository.swiftFiles.filter { $0.lines.count > limit + 1 }.map { "\($0.path): \($0.lines.count - 1) lines" },
            instead: "one subject per file; a second one that it holds deserves a name of its own")
    }

    @Test func `no path of somebody's machine is in a file`() {
        let homes = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"]
        expectNone(
            places(in: Repository.files) { line in homes.contains { begins($0, in: line.text) } },
            instead: "a path relative to the repository, or one from the environment")
    }

    @Test func `no placeholder is left`() {
        expectNone(
            Repository.swiftFiles.map(\.path).filter { $0.hasSuffix("/Placeholder.swift") },
            instead: "remove the file together with the folder, or put there what it holds the place of")
    }

    @Test func `the first screen of the README says how to see it and how to test it`() throws {
        let readme = try #require(TextFile(path: "README.md"), "there is no README.md")
        let firstScreen = readme.lines.prefix(40).map(\.text).joined(separator: "\n")
        for command in ["make demo", "make test"] {
            #expect(firstScreen.contains(command), "the first 40 lines of README.md do not name \(command)")
        }
    }

    @Test(arguments: Repository.services)
    func `a service's README says what it owns, consumes, publishes and reads`(service: String) throws {
        let readme = try #require(TextFile(path: "Services/\(service)/README.md"), "Services/\(service)/README.md is missing")
        let headings = readme.lines.map(\.text).filter { $0.hasPrefix("#") }.map { $0.drop { "# ".contains($0) }.lowercased() }
        for heading in ["owns", "consumes", "publishes", "reads"] {
            #expect(headings.contains { $0.hasPrefix(heading) }, "Services/\(service)/README.md has no heading \(heading)")
        }
    }

    @Test func `a module of Shared has a README that says what it owns and what it may import`() {
        let modules = Repository.entries(of: "Shared").filter { module in
            Repository.swiftFiles.contains { $0.path.hasPrefix("Shared/\(module)/") }
        }
        for module in modules where module != "RabbitMQ" {
            let lines = TextFile(path: "Shared/\(module)/README.md")?.lines.map(\.text) ?? []
            for word in ["- **Owns** ", "- **May import** ", "- **May never** "] {
                #expect(lines.contains { $0.hasPrefix(word) }, "Shared/\(module)/README.md says nothing under \(word)")
            }
        }
    }

    /// The path begins there: `docs/root/` is none.
    private func begins(_ path: String, in text: String) -> Bool {
        text.ranges(of: path).contains { found in
            guard let before = text[..<found.lowerBound].last else { return true }
            return !before.isLetter && !before.isNumber && !"._-/}".contains(before)
        }
    }
}
