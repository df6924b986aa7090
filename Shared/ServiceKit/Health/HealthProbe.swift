import Foundation
import NIOCore
import NIOPosix

/// `--health`: asks the service that runs with the same settings whether it is ready. For supervisors of containers, whose images have
/// neither curl nor a need for it.
enum HealthProbe {
    /// The exit code: 0 when `/readyz` answers 200, else 1. Shows what it answered.
    static func run(_ settings: ServiceSettings) async -> ExitCode {
        do {
            let answer = try await get("/readyz", host: reachable(settings.httpHost), port: settings.httpPort)
            FileHandle.standardOutput.write(Data("\(answer.body)\n".utf8))
            return answer.status == 200 ? .drained : .unexpected
        } catch {
            FileHandle.standardError.write(Data("nobody answers on port \(settings.httpPort): \(error)\n".utf8))
            return .unexpected
        }
    }

    /// An address that means every interface is none to connect to.
    static func reachable(_ host: String) -> String { ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host }

    private static func get(_ path: String, host: String, port: Int) async throws -> (status: Int, body: String) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(limit)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        // A service that is frozen takes the connection and says nothing.
        channel.channel.eventLoop.scheduleTask(in: limit) { channel.channel.close(promise: nil) }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"))
            var response = ""
            for try await part in inbound { response += String(buffer: part) }
            let parts = response.split(separator: "\r\n\r\n", maxSplits: 1)
            let words = response.split(separator: " ", maxSplits: 2)
            guard parts.count == 2, words.count == 3, let status = Int(words[1]) else { throw Silence() }
            return (status, String(parts[1]))
        }
    }

    private static let limit = TimeAmount.seconds(4)

    private struct Silence: Error, CustomStringConvertible {
        var description: String { "the connection ended without an answer" }
    }
}
