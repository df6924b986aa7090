import StrictJSON

/// Are parts old enough to be dangerous? Floors are those that we know of; a distribution may mend without a new number.
enum VersionCheck {
    struct Floor: Sendable {
        let part: String
        let version: Version
        let severity: DoctorFinding.Severity
        /// What is wrong below it.
        let why: String
        let cure: String
    }

    static let floors = [
        Floor(
            part: "RabbitMQ", version: Version(3, 10), severity: .fault,
            why: "quorum queues know no at-least-once dead-lettering below it", cure: "upgrade the broker"),
        Floor(
            part: "RabbitMQ", version: Version(3, 13, 8), severity: .warning,
            why: "its management plugin has known holes (CVE-2023-46118, CVE-2024-51988, CVE-2025-30219)",
            cure: "upgrade, best to 4.x; until then leave that plugin off or its port closed (Debian mends some without a new number)"),
        Floor(
            part: "librabbitmq", version: Version(0, 10), severity: .fault,
            why: "a broker can overflow its heap with a crafted frame (CVE-2019-18609)", cure: "upgrade librabbitmq, restart the service"),
        Floor(
            part: "OpenSSL", version: Version(3, 0, 8), severity: .warning,
            why: "a crafted certificate can crash it or worse (CVE-2022-3602, CVE-2022-3786, CVE-2023-0286)",
            cure: "upgrade libssl3, restart the service"),
        Floor(part: "SQLite", version: Version(3, 37), severity: .fault, why: "it knows no STRICT tables", cure: "upgrade libsqlite3"),
        Floor(
            part: "SQLite", version: Version(3, 51, 3), severity: .note,
            why: "two connections that write one file can corrupt it (the WAL-reset bug)",
            cure: "a service has exactly one, so it is safe; never open its live file with another program"),
    ]

    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        var parts: [(name: String, version: String, users: [String])] = []
        func add(_ name: String, _ version: String?, _ user: String) {
            guard let version, !version.isEmpty else { return }
            if let index = parts.firstIndex(where: { $0.name == name && $0.version == version }) {
                parts[index].users.append(user)
            } else {
                parts.append((name, version, [user]))
            }
        }
        if let broker = facts.broker { add(broker.product, broker.version, "the broker") }
        for diagnosis in facts.diagnoses {
            let versions = diagnosis.json["versions"]
            add("librabbitmq", versions?["librabbitmq"]?.string, diagnosis.service)
            add("OpenSSL", versions?["openssl"]?.string, diagnosis.service)
            add("SQLite", versions?["sqlite"]?.string, diagnosis.service)
        }
        add("librabbitmq", facts.ownLibrary, "martctl")
        let all = parts.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
        return parts.compactMap { judge($0.name, $0.version, $0.users) }.orFine(.versions, "\(all): none is dangerous")
    }

    /// The gravest floor that it is below says enough.
    private static func judge(_ part: String, _ text: String, _ users: [String]) -> DoctorFinding? {
        guard let version = Version(text) else { return nil }
        let missed = floors.filter { $0.part == part && version < $0.version }
        guard let floor = missed.max(by: { $0.severity < $1.severity }) else { return nil }
        let whose = users.count > 2 || users == ["the broker"] ? "" : " of \(users.joined(separator: " and "))"
        return DoctorFinding(
            floor.severity, .versions, "\(part) \(text)\(whose) is older than \(floor.version): \(floor.why)", cure: floor.cure)
    }
}

/// Numbers between dots; what follows them (`-rc.1`, `+deb12`) does not count.
struct Version: Comparable, CustomStringConvertible {
    private let numbers: [Int]

    init(_ numbers: Int...) { self.numbers = numbers }

    init?(_ text: String) {
        let numbers = text.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap { Int($0) }
        if numbers.isEmpty { return nil }
        self.numbers = numbers
    }

    static func < (left: Version, right: Version) -> Bool { left.padded.lexicographicallyPrecedes(right.padded) }
    static func == (left: Version, right: Version) -> Bool { left.padded == right.padded }

    /// `3.10` is `3.10.0.0`.
    private var padded: [Int] { numbers + Array(repeating: 0, count: max(0, 4 - numbers.count)) }

    var description: String { numbers.map(String.init).joined(separator: ".") }
}
