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
        if isJSON {
            let line = JSONWriter.object { json in
                json.member("time", time)
                json.member("level", event.level.rawValue)
                json.member("service", label)
                json.member("message", event.message.description)
                for (key, value) in fields {
                    json.key(named: key)
                    json.string(value.description)
                }
            }
            StandardError.line(String(decoding: line, as: UTF8.self))
        } else {
            let rest = fields.map { " \($0.key)=\(quoted($0.value.description))" }.joined()
            StandardError.line("\(time) \(event.level.rawValue.uppercased()) \(label): \(Self.oneLine(event.message.description))\(rest)")
        }
    }

    private static func oneLine(_ text: String) -> String { text.split(whereSeparator: \.isNewline).joined(separator: " ") }

    /// What a stranger sent can neither begin a line of its own nor pass for another field.
    private func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5c && $0 != 0x7f }
        if isPlain { return value }
        var json = JSONWriter()
        json.string(value)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
