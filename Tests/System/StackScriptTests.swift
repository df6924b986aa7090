import Foundation
import Glibc
import TestSupport
import Testing

/// `scripts/stack` and `scripts/broker` believe no stranger that answers on a port of theirs.
@Suite(.serialized, .processes(minutes: 3))
struct StackScriptTests {
    /// A server of nobody's that says yes to everything.
    private final class YesMan: Sendable {
        let port = freePort()
        private let descriptor: Int32

        init(saying answer: String) {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            _ = withLoopback(port) { bind(descriptor, $0, $1) }
            listen(descriptor, 64)
            self.descriptor = descriptor
            Thread.detachNewThread {
                while case let client = accept(descriptor, nil, nil), client >= 0 {
                    var request = [UInt8](repeating: 0, count: 4096)
                    _ = recv(client, &request, request.count, 0)
                    _ = Array(answer.utf8).withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                    close(client)
                }
            }
        }

        deinit {
            shutdown(descriptor, Int32(SHUT_RDWR))
            close(descriptor)
        }
    }

    private func fault(_ script: String, _ arguments: String..., environment: [String: String] = [:]) async -> String {
        let command = [repositoryFile("scripts/\(script)").path] + arguments
        do {
            return "it worked: " + (try await runTool(command, environment: environment, limit: .seconds(90)))
        } catch {
            return "\(error)"
        }
    }

    @Test func `a service is not called ready because another process answers on its port`() async throws {
        let folder = try TemporaryFolder("stranger").file("stack").path
        let stranger = YesMan(saying: "HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\n{\"status\":\"ready\",\"reasons\":[]}\r\n")
        var environment = ["BIN_DIR": Program.binaries.path, "STACK_HINTS": "off"]
        for service in Stack.allServices { environment["\(service.uppercased())_PORT"] = "\(freePort())" }
        environment["CATALOG_PORT"] = "\(stranger.port)"
        let up = await fault("stack", "up", folder, environment: environment)
        #expect(
            up.contains("exit code 1") && up.contains("catalog ended with exit code 69") && up.contains("port \(stranger.port)"), "\(up)")
        #expect(!up.contains("catalog: ready"))
        let status = await fault("stack", "status", folder, environment: environment)
        #expect(status.contains("catalog: not running"), "\(status)")
        _ = await fault("stack", "down", folder, environment: environment)
    }

    @Test func `a broker is not called ready because another one answers on its port`() async throws {
        let folder = try TemporaryFolder("stranger").file("broker").path
        let stranger = YesMan(saying: "\u{1}\u{0}\u{0}")
        let start = await fault("broker", "start", folder, "\(stranger.port)")
        #expect(start.contains("exit code 69") && start.contains("port \(stranger.port) is taken"), "\(start)")
        let status = await fault("broker", "status", folder)
        #expect(status.contains("not running"), "\(status)")
    }
}
