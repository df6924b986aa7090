import Platform
import ServiceFramework
import ServiceHost

extension Document {
    /// What can be set, from the table that `--help` follows too.
    static let configuration = Document(path: "docs/configuration.md") { _ in
        let services = Platform.services
        let tables = services.map { Setting.all(service: $0.name, port: $0.port) }
        let rows = (tables.first ?? []).indices.map { index in
            let setting = tables[0][index]
            let defaults = tables.map { $0[index].defaultValue.map { "`\($0)`" } ?? "–" }
            let isShared = defaults.allSatisfy { $0 == defaults[0] }
            let cell = isShared ? defaults[0] : zip(services, defaults).map { "\($0.name) \($1)" }.joined(separator: "<br>")
            return "| `\(setting.variable)` | `\(setting.flag)` | \(setting.meaning) | \(cell) |"
        }
        return """
            # Configuration

            <!-- Generated from the table of settings by `make generate`. Do not edit. -->

            The four services take the same settings. Flags win over the environment, the environment over defaults. A value that is unknown or
            malformed is one clear line and exit code 78.

            | variable | flag | meaning | default |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))

            `--health` runs no service: it asks the one that runs with the same settings for `/readyz`, and ends with exit code 0 if that is 200, else
            with 1. The health checks of the containers use it.

            """
    }
}
