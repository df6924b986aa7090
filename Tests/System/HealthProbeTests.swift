import TestSupport
import Testing

extension SharedMartTests {
    /// `--health`, which the health checks of containers run beside the service.
    @Suite struct HealthProbeTests {
        @Test func `a ready service is told by exit code 0`() async throws {
            let service = try await SharedMart.one.stack["permits"]
            for host in ["127.0.0.1", "0.0.0.0", "localhost"] {
                let run = try await Program.run("permits", ["--health", "--http-host", host, "--http-port", "\(service.port)"])
                #expect(run.exitCode == 0, "\(run.error)")
                #expect(run.output.contains(#""status":"ready""#))
            }
        }

        @Test func `nobody there is exit code 1`() async throws {
            let run = try await Program.run("permits", ["--health"], environment: ["HTTP_PORT": "\(freePort())"])
            #expect(run.exitCode == 1)
            #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
        }
    }
}

/// What a supervisor must see when the service lives and is of no use.
@Suite(.processes(minutes: 2))
struct HealthProbeWithoutBrokerTests {
    @Test func `a service that waits for its broker is not ready, and a frozen one says nothing`() async throws {
        let folder = try TemporaryFolder("probe")
        let service = try ServiceProcess("permits", amqpURL: "amqp://guest:guest@127.0.0.1:\(freePort())/%2f", folder: folder)
        let probe = { try await Program.run("permits", ["--health", "--http-port", "\(service.port)"]) }
        try await expectEventually("it answers that it is not ready") { try await service.get("/readyz").status == 503 }
        var run = try await probe()
        #expect(run.exitCode == 1)
        #expect(run.output.contains("broker-unreachable"))
        await service.pause()
        run = try await probe()
        #expect(run.exitCode == 1)
        #expect(run.error.contains("without an answer"), "\(run.error)")
        await service.resume()
        try await service.kill()
    }
}
