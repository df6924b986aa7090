import Foundation

/// The files of the repository that people write.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let files: [TextFile] = {
        let folders = ["Platform", "Services", "Shared", "Tools", "Tests", "Benchmarks", "docs", "scripts", "deploy", ".ci"]
        let single = ["Package.swift", "README.md", "Makefile", "Dockerfile", "docker-compose.yml", "docker-compose.secured.yml"]
        return (single + folders.flatMap(contents)).sorted().compactMap(TextFile.init)
    }()

    static let swiftFiles = files.filter { $0.path.hasSuffix(".swift") }

    static let services = entries(of: "Services").filter { $0 != "Console" }

    /// Every module that is ours, from the folders that make one.
    static let modules: Set<String> = Set(
        entries(of: "Shared") + entries(of: "Services").flatMap { ["\($0)Domain", "\($0)Service", "\($0)Main"] } + [
            "Platform", "PlatformManifest", "TestSupport",
        ])

    static func entries(of folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }

    private static func contents(of folder: String) -> [String] {
        let names = try? FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
        return (names ?? []).filter { !$0.contains(".build") }.map { "\(folder)/\($0)" }
    }
}

/// A text file, by its path in the repository.
struct TextFile {
    struct Line {
        let number: Int
        let text: String
        var isComment: Bool { text.drop { $0 == " " }.hasPrefix("//") }
        /// The line without a comment at its end, and empty if it is one.
        var code: String { isComment ? "" : text.components(separatedBy: " // ")[0] }
    }

    let path: String
    let lines: [Line]

    init?(path: String) {
        guard let text = try? String(contentsOf: Repository.root.appendingPathComponent(path), encoding: .utf8) else { return nil }
        self.path = path
        lines = text.components(separatedBy: "\n").enumerated().map { Line(number: $0 + 1, text: $1) }
    }

    /// The modules it imports, with the line that does.
    var imports: [(module: String, line: Line)] {
        lines.compactMap { line in
            guard line.code.contains("import ") else { return nil }
            var words = line.code.split(separator: " ")
            let qualifiers: Set<Substring> = [
                "public", "package", "internal", "fileprivate", "private", "@testable", "@preconcurrency", "@_exported",
            ]
            while let word = words.first, qualifiers.contains(word) { words.removeFirst() }
            guard words.first == "import" else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            guard let name = words.dropFirst().first(where: { !kinds.contains($0) }) else { return nil }
            return (name.prefix { $0 != "." }.description, line)
        }
    }
}
