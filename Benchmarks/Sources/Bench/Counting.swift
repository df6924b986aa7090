import Foundation

/// Counts of what a program does, by tools that do not depend on the machine's speed.
enum Counting {
    /// How a count grows per piece of work: what starting costs falls out.
    static func each(few: Int = 2_000, many: Int = 6_000, _ count: (Int) throws -> Double) throws -> Double {
        (try count(many) - count(few)) / Double(many - few)
    }

    /// Instructions within one function and what it calls.
    static func instructions(in function: String, _ command: [String]) throws -> Double {
        let valgrind = ["/usr/bin/valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"]
        let count = try number(after: "Collected :", in: Program.run(valgrind + ["--toggle-collect=\(function)"] + command))
        // A function that has another name by now would pass every limit.
        if count == 0 { throw BenchError("no instruction was counted in \(function): is it still called that?") }
        return count
    }

    /// Blocks of memory asked for.
    static func allocations(_ command: [String]) throws -> Double {
        let output = try Program.run(["/usr/bin/valgrind", "--leak-check=no"] + command)
        return try number(after: "total heap usage:", in: output)
    }

    /// - Parameter name: nil for all.
    static func systemCalls(named name: String? = nil, _ command: [String]) throws -> Double {
        let output = try Program.run(["/usr/bin/strace", "-f", "-c", "-U", "calls,name"] + command)
        let line = output.split(separator: "\n").last { $0.split(separator: " ").last.map(String.init) == name ?? "total" }
        guard let line, let number = line.split(separator: " ").first.flatMap({ Double($0) }) else {
            if name != nil { return 0 }
            throw BenchError("strace said: \(output.suffix(2000))")
        }
        return number
    }

    private static func number(after word: String, in output: String) throws -> Double {
        guard let line = output.split(separator: "\n").last(where: { $0.contains(word) }),
            let rest = line.components(separatedBy: word).last?.split(separator: " ").first,
            let number = Double(rest.replacingOccurrences(of: ",", with: ""))
        else { throw BenchError("no '\(word)' in: \(output.suffix(2000))") }
        return number
    }
}
