import Foundation
import NIOCore
import NIOPosix
import Primitives
import StrictJSON

/// `--health`: asks the service that runs with the same settings whether it is ready. For supervisors of containers, whose images have
/// neither curl nor a need for it.
enum HealthProbe {
    /// The exit code: 0 when this service, and not another program on its port, answers `/readyz` with 200; else 1. Shows what it answered.
    static func run(_ service: String, _ settings: ServiceSettings) async -> ExitCode {
        let host = reachable(settings.httpHost)
        do {
            let answer = try await get("/readyz", host: host, port: settings.httpPort)
            guard (try? JSONDocument(parsing: Array(answer.body.utf8)))?.root["status"]?.string != nil else {
                StandardError.line("port \(settings.httpPort) answers as another program, not as \(service)")
                return .unexpected
            }
            FileHandle.standardOutput.write(Data((Printable.line(answer.body) + "\n").utf8))
            if answer.status != 200 { return .unexpected }
            let status = try await get("/v1/status", host: host, port: settings.httpPort).body
            let name = try? JSONDocument(parsing: Array(status.utf8)).root["service"]?.string
            if name == service { return .drained }
            StandardError.line("port \(settings.httpPort) answers as \(name ?? "another program"), not as \(service)")
            return .unexpected
        } catch {
            StandardError.line("nobody answers on port \(settings.httpPort): \(error)")
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
