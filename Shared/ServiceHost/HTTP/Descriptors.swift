import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// File descriptors: what the process has, and what it keeps for the broker and the store.
enum Descriptors {
    /// Never given to readers: links to the broker and their successors, files of the store, a backup, the log.
    static let kept = 96
    /// With fewer left, a link or a file may not come about when it is needed.
    static let short = 24
    /// More are of no use here.
    private static let most: rlim_t = 65_536

    /// Asks for as many as we may have: the usual soft limit of 1,024 is meant for programs that use `select`.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < min(limit.rlim_max, most) else { return }
        limit.rlim_cur = min(limit.rlim_max, most)
        _ = setrlimit(resource, &limit)
    }

    static var limit: Int {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : Int.max
    }

    /// In use now; nil where the system does not say, which on Linux means: none is left to ask with.
    static var inUse: Int? {
        // The one with which the folder is read counts too.
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { $0.count - 1 }
    }

    /// Why the process is in danger of not getting one when it needs it; nil if it is not.
    static var shortage: String? {
        #if os(Linux)
            let (limit, inUse) = (limit, inUse)
            guard limit - (inUse ?? limit) < short else { return nil }
            return "\(inUse.map(String.init) ?? "all") of \(limit) file descriptors are in use: raise the limit (ulimit -n)"
        #else
            return nil
        #endif
    }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
