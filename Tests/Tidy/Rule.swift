import Testing

/// Fails with every place that breaks a rule and with what to write instead.
func expectNone(_ places: [String], instead replacement: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(places.isEmpty, "\n\(places.joined(separator: "\n"))\nInstead: \(replacement)", sourceLocation: sourceLocation)
}

/// `path:line: what it says` of every line for which the rule holds.
func places(in files: [TextFile], where breaks: (TextFile.Line) -> Bool) -> [String] {
    files.flatMap { file in
        file.lines.filter(breaks).map { "\(file.path):\($0.number): \($0.text.trimmingPrefix { $0 == " " })" }
    }
}

/// `path:line: import …` of every import for which the rule holds.
func imports(in files: [TextFile], where breaks: (TextFile, String) -> Bool) -> [String] {
    files.flatMap { file in
        file.imports.filter { breaks(file, $0.module) }.map { "\(file.path):\($0.line.number): import \($0.module)" }
    }
}

extension [TextFile] {
    func under(_ folder: String) -> [TextFile] { filter { $0.path.hasPrefix(folder + "/") } }
    func outside(_ folder: String) -> [TextFile] { filter { !$0.path.hasPrefix(folder + "/") } }
}
