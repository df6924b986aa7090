import Foundation
import Testing

/// What no line of code may say. The banned words are put together here so that this file does not break its own rules.
struct CodeTests {
    @Test func `nothing prints but the tools`() {
        let speaking = Repository.swiftFiles.outside("Tools")
        expectNone(
            places(in: speaking) { says($0.code, "print" + "(") },
            instead: "log with a Logger; a test says it in the message of its expectation")
    }

    @Test func `martctl speaks through one door, which makes what others wrote harmless`() {
        let ways = ["print" + "(", "dump" + "(", "fputs" + "(", "fwrite" + "(", "putchar" + "("]
        let handles = ["standard" + "Output", "standard" + "Error", "STDOUT" + "_FILENO, ", "STDERR" + "_FILENO, "]
        let door = "Tools/martctl/Support/Terminal.swift"
        expectNone(
            places(in: Repository.swiftFiles.under("Tools/martctl").filter { $0.path != door }) { line in
                ways.contains { says(line.code, $0) } || handles.contains { line.code.contains($0) }
            },
            instead: "Terminal.show, Terminal.complain or Terminal.progress")
        expectNone(
            places(in: Repository.swiftFiles.under("Shared")) { $0.code.contains("standard" + "Error.write") },
            instead: "StandardError.line: one line, and no end of the process when nobody reads it")
    }

    @Test func `martctl writes files through one door, which replaces no device and no link`() {
        let ways = ["create" + "File(", "forWriting" + "AtPath", ".write" + "(to:", ".write" + "(toFile:", "O_" + "WRONLY", "O_" + "CREAT"]
        let door = "Tools/martctl/Support/OutputFile.swift"
        expectNone(
            places(in: Repository.swiftFiles.under("Tools/martctl").filter { $0.path != door }) { line in
                ways.contains { line.code.contains($0) } && !line.code.contains(".write" + "(to: &")
            },
            instead: "OutputFile")
    }

    @Test func `no error is turned into a crash without a word`() {
        expectNone(
            places(in: Repository.swiftFiles) { $0.code.contains("try" + "! ") },
            instead: "throw, or explain the impossible in a preconditionFailure")
    }

    @Test func `no property is there only by promise`() {
        let shipped = ["Shared", "Services", "Platform", "Tools"].flatMap { Repository.swiftFiles.under($0) }
        expectNone(
            places(in: shipped) { $0.code.contains(/\b(?:var|let) \w+: [^={"]*[\w>\])]!\s*(?:$|=|\{)/) },
            instead: "make the parts first and the whole of them, or give the property a type of its own for each stage")
    }

    /// A released step of a schema must stay as it is, whatever the code that it would be computed from becomes.
    @Test func `no schema is computed from code`() {
        let schemas = Repository.swiftFiles.filter { $0.path.hasSuffix("Schema.swift") && !$0.path.hasPrefix("Tests/") }
        expectNone(
            places(in: schemas) { $0.code.contains("\\(") },
            instead: "write the SQL out: what a release has created is text, and stores of that release have it")
    }

    @Test func `nothing is left to be done later`() {
        let notes = ["FIX" + "ME", "TO" + "DO"]
        expectNone(
            places(in: Repository.files) { line in notes.contains { says(line.text, $0) } },
            instead: "do it, or write it down under what is left in docs")
    }

    @Test func `an unchecked Sendable carries its proof`() {
        let unproven = Repository.swiftFiles.flatMap { file in
            file.lines.indices.filter { file.lines[$0].code.contains("@unchecked " + "Sendable") && !isProven(at: $0, of: file) }
                .map { "\(file.path):\(file.lines[$0].number): \(file.lines[$0].text)" }
        }
        expectNone(unproven, instead: "a Mutex, an actor or a value; or a comment directly above that begins with `Proof:`")
    }

    @Test func `unit tests wait for events, not for time`() {
        let naps = ["Thread." + "sleep", "Task." + "sleep", "u" + "sleep(", "nano" + "sleep("]
        expectNone(
            places(in: Repository.swiftFiles.under("Tests/Unit")) { line in naps.contains { line.code.contains($0) } },
            instead: "await the event itself or move a virtual clock; limits are `withTimeLimit`; real time is for Tests/System")
    }

    /// The word stands alone: `print(` is not found in `fingerprint(`.
    private func says(_ text: String, _ word: String) -> Bool {
        text.ranges(of: word).contains { found in
            guard let before = text[..<found.lowerBound].last else { return true }
            return !before.isLetter && !before.isNumber && before != "." && before != "_"
        }
    }

    private func isProven(at index: Int, of file: TextFile) -> Bool {
        let above = file.lines[..<index].reversed().prefix { $0.isComment }
        return ([file.lines[index]] + above).contains { $0.text.contains("Proof:") || $0.text.contains("`@unchecked " + "Sendable`:") }
    }
}
