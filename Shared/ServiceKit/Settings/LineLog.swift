import Foundation
import Logging
import Primitives
import StrictJSON

/// One line per decision on standard error, as text or JSON. Never a message body.
struct LineLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    let label: String
    let isJSON: Bool

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = Instant.systemNow.description
        var line: [UInt8]
        if isJSON {
            line = JSONWriter.object { json in
                json.member("time", time)
                json.member("level", event.level.rawValue)
                json.member("service", label)
                json.member("message", event.message.description)
                for (key, value) in fields {
                    json.key(named: key)
                    json.string(value.description)
                }
            }
        } else {
            let rest = fields.map { " \($0.key)=\(quoted($0.value.description))" }.joined()
            line = Array("\(time) \(event.level.rawValue.uppercased()) \(label): \(event.message)\(rest)".utf8)
        }
        line.append(UInt8(ascii: "\n"))
        FileHandle.standardError.write(Data(line))
    }

    private func quoted(_ value: String) -> String {
        value.contains(where: { $0 == " " || $0 == "\n" }) ? "\"\(value.split(separator: "\n").joined(separator: " "))\"" : value
    }
}
