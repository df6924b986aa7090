/// One variable of section 11 of the contract. `--help` and the generated reference follow the list.
public struct Setting: Sendable {
    public let variable: String
    public let meaning: String
    public let defaultValue: String?

    /// `AMQP_URL` is the flag `--amqp-url`.
    public var flag: String { "--" + variable.lowercased().split(separator: "_").joined(separator: "-") }

    /// Every setting of a service whose read side has this port.
    public static func all(service: String, port: Int) -> [Setting] {
        [
            Setting("AMQP_URL", "broker; several hosts by comma; amqps:// for TLS", "amqp://guest:guest@127.0.0.1:5672/%2f"),
            Setting("AMQP_URL_FILE", "file that holds AMQP_URL, to keep a password out of the environment", nil),
            Setting("AMQP_CA", "PEM file: whom to trust", nil),
            Setting("AMQP_CERT", "PEM file: client certificate", nil),
            Setting("AMQP_KEY", "PEM file: the certificate's key", nil),
            Setting("DATA_DIR", "folder of the store", "./var/\(service)"),
            Setting("BACKUP_DIR", "folder of its backups; best on another disk (default: backups, in DATA_DIR)", nil),
            Setting("REPLY_TO_QUEUES", "on: replies may go to a queue by the default exchange; off: only to reply.…", "on"),
            Setting("HTTP_HOST", "address of the read side", "127.0.0.1"),
            Setting("HTTP_PORT", "port of the read side", "\(port)"),
            Setting("READ_TOKEN_FILE", "file that holds the token which lets a reader see phone and account numbers whole", nil),
            Setting("MART_RULES", "JSON file: permit requirements, rate, policies, all dated", nil),
            Setting(
                "MART_NOW",
                "instant at which business time begins (or where the store stands, if that is later), running on; for tests and training",
                nil),
            Setting("LOG_LEVEL", "trace, debug, info, notice, warning, error or critical", "info"),
            Setting("LOG_FORMAT", "text or json", "text"),
        ]
    }

    init(_ variable: String, _ meaning: String, _ defaultValue: String?) {
        self.variable = variable
        self.meaning = meaning
        self.defaultValue = defaultValue
    }

    static func help(_ service: String, _ settings: [Setting]) -> String {
        let width = settings.map(\.flag.count).max() ?? 0
        let lines = settings.map { setting in
            let flag = setting.flag + String(repeating: " ", count: width - setting.flag.count)
            return "  \(flag)  \(setting.meaning)" + (setting.defaultValue.map { " (default \($0))" } ?? "")
        }
        return """
            usage: \(service) [--flag value]…
                   \(service) --health    is the one with these settings ready? Exit code 0 or 1
                   \(service) --new-store [--flag value]…    for one start: begins anew where the store was lost
                   \(service) --new-life [--flag value]…     for one start: goes on with an older copy of the store

            The \(service) service of the NTT Mart. Every flag is also an environment variable (--amqp-url: AMQP_URL); flags win.

            \(lines.joined(separator: "\n"))

            exit codes: 0 drained · 75 outbox not empty · 69 refused for good · 78 configuration · 1 unexpected
            """
    }
}
