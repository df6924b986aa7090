public import Primitives

/// The files of a store, and those that lie beside it.
struct StoreFiles: Sendable {
    let folder: String
    let service: String

    var store: String { "\(folder)/\(service).sqlite" }
    /// A copy that is not whole yet.
    var partial: String { "\(store).restoring.partial" }
    /// A whole copy, about to become the store. As long as it is there the service does not start.
    var ready: String { "\(store).restoring" }
    /// What is noted of the store's life.
    var life: String { "\(folder)/\(service).life" }
    var log: String { Self.log(of: store) }

    /// The log first.
    var all: [String] { [log, Self.memory(of: store), "\(store)-journal", store] }

    static func log(of store: String) -> String { "\(store)-wal" }
    static func memory(of store: String) -> String { "\(store)-shm" }

    /// A name that nothing has: `<stem>`, `<stem>-2`, …
    static func free(_ stem: String, ending: String = "") -> String {
        var name = stem + ending
        var count = 1
        while DurableFile.exists(name) {
            count += 1
            name = "\(stem)-\(count)\(ending)"
        }
        return name
    }

    /// Takes whatever there is of a store away, into a folder `replaced-<time>`; answers where to, nil if there was nothing.
    func setAside(at time: Instant) throws -> String? {
        let present = all.filter(DurableFile.isThere)
        if present.isEmpty { return nil }
        let aside = Self.free("\(folder)/replaced-\(BackupName.stamp(time))")
        try Folder.create(aside)
        // The log before the store: it belongs to that file, and would be taken for the new one's.
        for path in present {
            let name = path.split(separator: "/").last.map(String.init) ?? service
            try DurableFile.moveAside(path, to: "\(aside)/\(name)", in: folder)
        }
        try DurableFile.sync(aside)
        return aside
    }
}

public enum BackupName {
    /// `20260206T021500Z`
    public static func stamp(_ time: Instant) -> String {
        String(time.description.prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
