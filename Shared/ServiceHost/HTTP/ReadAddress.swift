import Foundation
import NIOCore
import NIOPosix

/// Where the read side listens.
struct ReadAddress: Sendable {
    let host: String
    let port: Int

    /// Why it cannot listen there: a sentence with the number, and what ends the process then.
    struct Fault: Error, CustomStringConvertible {
        let code: ExitCode
        let description: String
    }

    /// Whether the address is to be had, asked before anything else is begun: a process that cannot be read must not take messages.
    /// - Throws: `Fault`.
    func claim() async throws {
        do {
            // As the server itself will ask for it.
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port).get()
            try await channel.close()
        } catch {
            throw fault(error) ?? error
        }
    }

    /// Nil where it is about something else.
    func fault(_ error: any Error) -> Fault? {
        if error is SocketAddressError || error is SocketAddressError.UnknownHost {
            return Fault(code: .configuration, description: "HTTP_HOST: \(host) is no address and no name that is known here")
        }
        guard let error = error as? IOError else { return nil }
        switch error.errnoCode {
        case EADDRINUSE:
            return Fault(
                code: .unavailable,
                description: "port \(port) of \(host) is taken by another process (ss -ltnp 'sport = :\(port)' names it); "
                    + "end that, or give this service another one by HTTP_PORT")
        case EADDRNOTAVAIL:
            return Fault(code: .configuration, description: "HTTP_HOST: \(host) is no address of this machine")
        case EACCES, EPERM:
            return Fault(code: .configuration, description: "HTTP_PORT: this user may not listen on port \(port)")
        default:
            return nil
        }
    }
}
