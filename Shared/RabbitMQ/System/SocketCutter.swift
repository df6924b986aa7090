import Glibc

enum SocketCutter {
    /// Ends both directions of a socket at once; a thread that reads or writes it gets an error. Does not close the descriptor.
    static func cut(_ socket: Int32) { _ = shutdown(socket, Int32(SHUT_RDWR)) }
}
