import Foundation

/// Where the figures come from.
struct Machine: Encodable {
    var date: String
    var processor: String
    var processors: Int
    var memoryGB: Int
    var kernel: String
    var broker: String
    var sqlite: String

    static let processors = ProcessInfo.processInfo.activeProcessorCount

    static var current: Machine {
        func output(_ command: String) -> String { (try? Program.run(["/bin/sh", "-c", command])) ?? "" }
        return Machine(
            date: output("date -u +%FT%TZ"), processor: output("sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1"),
            processors: processors, memoryGB: Int(ProcessInfo.processInfo.physicalMemory >> 30), kernel: output("uname -r"),
            broker: output("dpkg-query -W -f '${Version}' rabbitmq-server"), sqlite: output("dpkg-query -W -f '${Version}' libsqlite3-0"))
    }
}

extension JSONEncoder {
    static var pretty: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return encoder
    }
}

/// Figures with the machine that they come from, as a file.
struct Saved<Figures: Encodable>: Encodable {
    var machine: Machine
    var figures: Figures

    static func write(_ figures: Figures, to path: String?) throws {
        guard let path else { return }
        try JSONEncoder.pretty.encode(Saved(machine: .current, figures: figures)).write(to: URL(fileURLWithPath: path))
    }
}

/// A line for whoever watches.
func report(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
