import StrictJSON

/// The machines on which the stores lie: room, and who may read them.
enum HostCheck {
    private static let lowest: Int64 = 1 << 30

    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        if facts.diagnoses.isEmpty { return [] }
        let room = facts.diagnoses.compactMap { $0.json["disk"]?["freeBytes"]?.int64 }.min()
        return facts.diagnoses.compactMap(disk).orFine(.disk, "at least \(room.map(size) ?? "?") free for every store")
            + (facts.diagnoses.flatMap(permissions) + roots(facts)).orFine(
                .permissions, "strangers can neither read nor replace a store or a backup")
    }

    private static func roots(_ facts: DoctorFacts) -> [DoctorFinding] {
        let roots = facts.diagnoses.filter { $0.json["permissions"]?["user"]?.int64 == 0 }.map(\.service)
        if roots.isEmpty { return [] }
        return [
            .note(
                .permissions, "\(roots.joined(separator: ", ")) run\(roots.count == 1 ? "s" : "") as root",
                cure: "give services a user of their own; they need DATA_DIR alone")
        ]
    }

    private static func disk(_ diagnosis: DoctorFacts.Diagnosis) -> DoctorFinding? {
        guard let disk = diagnosis.json["disk"], let free = disk["freeBytes"]?.int64, let total = disk["totalBytes"]?.int64,
            free < max(lowest, total / 20)
        else { return nil }
        return DoctorFinding(
            free < lowest ? .fault : .warning, .disk, "\(diagnosis.service) has \(size(free)) left of \(size(total))",
            cure: "make room, or move DATA_DIR; with a full disk it takes no messages, and loses none")
    }

    private static func permissions(_ diagnosis: DoctorFacts.Diagnosis) -> [DoctorFinding] {
        guard let stated = diagnosis.json["permissions"] else { return [] }
        let (service, folder) = (diagnosis.service, diagnosis.json["store"]?.text("folder") ?? "its DATA_DIR")
        func mode(_ name: StaticString) -> Int { stated[name]?.string.flatMap { Int($0, radix: 8) } ?? 0 }
        var findings: [DoctorFinding] = []
        // What lies in a closed folder is closed, whatever its own mode.
        if mode("folderMode") & 0o001 != 0, mode("storeMode") & 0o004 != 0 {
            findings.append(.warning(.permissions, "anybody on \(service)'s machine can read its store", cure: "chmod o= \(folder)"))
        }
        let open = stated["openBackups"]?.elements.compactMap(\.string) ?? []
        if !open.isEmpty {
            let rest = open.count > 3 ? " and \(open.count - 3) more" : ""
            findings.append(
                .warning(
                    .permissions,
                    "anybody on \(service)'s machine can read its backups: \(open.prefix(3).joined(separator: ", "))\(rest)",
                    cure: "chmod -R go= \(stated.text("backupFolder"))"))
        }
        if mode("folderMode") & 0o002 != 0 {
            findings.append(.fault(.permissions, "anybody on \(service)'s machine can replace its store", cure: "chmod o= \(folder)"))
        }
        return findings
    }

    /// `1,5 GB`
    static func size(_ bytes: Int64) -> String {
        let units: [(name: String, size: Int64)] = [("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)]
        guard let unit = units.first(where: { bytes >= $0.size }) else { return "\(bytes) bytes" }
        let tenths = bytes * 10 / unit.size
        return tenths >= 1000 ? "\(tenths / 10) \(unit.name)" : "\(tenths / 10),\(tenths % 10) \(unit.name)"
    }
}
