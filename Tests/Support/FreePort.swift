public import Glibc
import Synchronization

private let givenPorts = Mutex<Set<Int>>([])

/// A TCP port of 127.0.0.1 that is free now and is given to nobody else: each once in a process, since a service that is dead for
/// a moment comes back to its own; above those of `scripts/free-port`; below the range from which the kernel gives ports to outgoing
/// connections.
public func freePort() -> Int {
    while true {
        let port = Int.random(in: 24_000..<32_000)
        guard givenPorts.withLock({ $0.insert(port).inserted }) else { continue }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        if withLoopback(port, { bind(descriptor, $0, $1) }) == 0 { return port }
    }
}

/// Calls the body with the socket address of a port on 127.0.0.1.
public func withLoopback<Result>(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}
