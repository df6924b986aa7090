import Foundation

/// Where the figures come from.
struct Machine: Codable, CustomStringConvertible {
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

extension Machine {
    var description: String {
        "\(date), \(processor), \(processors) processors, \(memoryGB) GB, Linux \(kernel), RabbitMQ \(broker), SQLite \(sqlite)"
    }
}

extension JSONEncoder {
    static var pretty: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return encoder
    }
}

/// Figures with the machine that they come from, and the table that was made of them, as a file.
struct Saved<Figures: Codable>: Codable {
    var machine: Machine
    var figures: Figures
    var table: [[String]]

    /// Shows the table, and saves it with its figures.
    static func report(_ table: Table, of figures: Figures, to path: String?) throws {
        show("\n" + table.text)
        guard let path else { return }
        try JSONEncoder.pretty.encode(Saved(machine: .current, figures: figures, table: table.rows)).write(to: URL(fileURLWithPath: path))
    }
}

/// A line for whoever watches.
func show(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
