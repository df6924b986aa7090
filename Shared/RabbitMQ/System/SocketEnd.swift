import Glibc

/// The end of a connection as the kernel knows it, whatever lies unread before it.
enum SocketEnd {
    /// What to ask `poll` for; an error it tells unasked. Linux's POLLRDHUP, which Swift's Glibc leaves out.
    static let event: Int16 = 0x2000

    static func hasCome(_ socket: Int32) -> Bool {
        var descriptor = pollfd(fd: socket, events: event, revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }
}
