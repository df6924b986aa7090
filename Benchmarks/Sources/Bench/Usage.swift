import Foundation

/// What a process has used so far, from /proc.
struct Usage {
    /// On all its living threads, in nanoseconds' resolution.
    var cpu = Duration.zero

    init(of pid: Int32) {
        for thread in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] {
            let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/schedstat", encoding: .utf8)) ?? ""
            cpu += .nanoseconds(Int64(text.split(separator: " ").first ?? "0") ?? 0)
        }
    }

    /// Proportional set size in kB: what the process really costs, shared pages divided.
    static func pss(of pid: Int32) -> Int { field("Pss:", in: "/proc/\(pid)/smaps_rollup") }
    static func rss(of pid: Int32) -> Int { field("VmRSS:", in: "/proc/\(pid)/status") }

    private static func field(_ name: String, in path: String) -> Int {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return 0 }
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// Time that all processors of the machine have been busy.
    static var machine: Duration {
        let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
        let ticks = text.split(separator: "\n").first?.split(separator: " ").dropFirst().compactMap { Int64($0) } ?? []
        guard ticks.count > 7 else { return .zero }
        // user, nice, system, interrupts; not idle (3) and waiting (4), not stolen by other machines (7)
        return .milliseconds((ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) * 10)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
