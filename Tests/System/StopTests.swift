import Foundation
import Glibc
import TestSupport
import Testing

/// What ends a service, and with which code; and what does not.
@Suite(.serialized, .processes(minutes: 2))
struct StopTests {
    @Test func `a closed terminal and other stray signals end nothing`() async throws {
        let service = try ServiceProcess(
            "permits", amqpURL: try await TestBroker.shared.makeVirtualHost().url, folder: TemporaryFolder("signals"))
        try await service.waitUntilReady()
        let strays = [SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGXFSZ]
        for number in strays { await service.signal(number) }
        try await expectEventually("the log tells of those that mean something elsewhere") {
            let log = service.logTail()
            return ["SIGHUP", "SIGUSR1", "SIGUSR2"].allSatisfy { log.contains("\($0) changes nothing") }
        }
        #expect(try await service.get("/readyz").status == 200)
        #expect(try await service.terminate() == 0)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGQUIT])
    func `a service that is told to stop stops drained`(number: Int32) async throws {
        let service = try ServiceProcess(
            "permits", amqpURL: try await TestBroker.shared.makeVirtualHost().url, folder: TemporaryFolder("stop"))
        try await service.waitUntilReady()
        await service.signal(number)
        #expect(try await service.waitForExit() == 0)
        #expect(service.logTail().contains("outbox.drained=true"))
    }

    @Test func `a log that nobody reads any more ends nothing`() async throws {
        let (folder, port) = (try TemporaryFolder("unread"), freePort())
        let url = try await TestBroker.shared.makeVirtualHost().url
        let permits = try ServiceProcess("permits", amqpURL: url, folder: folder)
        try await permits.waitUntilReady()
        // One whose log goes into a pipe whose reader leaves at once.
        let program = "/proc/\(await permits.pid)/exe"
        let script = """
            \(program) --data-dir \(folder.file("second").path) --http-port \(port) --log-level debug --amqp-url amqp://127.0.0.1:1 2> >(true) &
            service=$!
            for i in $(seq 200); do curl -sf 127.0.0.1:\(port)/livez && break; sleep 0.05; done
            curl -sf 127.0.0.1:\(port)/livez
            kill $service; wait $service; echo "exit code $?"
            """
        let told = try await runTool(["/bin/bash", "-c", script])
        #expect(told.hasSuffix("exit code 0\n"), "\(told)")
        #expect(try await permits.terminate() == 0)
    }

    @Test func `a process without standard streams gives their numbers to nothing else`() async throws {
        let (folder, port) = (try TemporaryFolder("streamless"), freePort())
        let url = try await TestBroker.shared.makeVirtualHost().url
        let script = """
            \(Program.binaries.path)/permits --data-dir \(folder.file("permits").path) --http-port \(port) --amqp-url \(url) 0<&- 1>&- 2>&- &
            service=$!
            for i in $(seq 400); do curl -sf 127.0.0.1:\(port)/readyz && break; sleep 0.05; done
            readlink /proc/$service/fd/0 /proc/$service/fd/1 /proc/$service/fd/2
            kill $service; wait $service; echo "exit code $?"
            \(Program.binaries.path)/martctl topology show 1>&-; echo "without output $?"
            AMQP_URL=\(url) \(Program.binaries.path)/martctl inject - 0<&- 2>&1; echo "without input $?"
            """
        let told = try await runTool(["/bin/bash", "-c", script])
        #expect(
            told.contains("/dev/null\n/dev/null\n/dev/null\nexit code 0\n") && told.contains("without output 74")
                && told.contains("standard input holds no message; nothing was sent\nwithout input 64"), "\(told)")
    }

    @Test func `a taken port is one line with its number, and exit code 69; the store and the broker are left alone`() async throws {
        let url = try await TestBroker.shared.makeVirtualHost().url
        let first = try ServiceProcess("permits", amqpURL: url, folder: TemporaryFolder("first"))
        try await first.waitUntilReady()
        let second = try await Program.run(
            "catalog", ["--http-port", "\(first.port)", "--data-dir", TemporaryFolder("second").file("data").path, "--amqp-url", url])
        #expect(second.exitCode == 69)
        #expect(
            second.error.split(separator: "\n").count == 1 && second.error.contains("port \(first.port) of 127.0.0.1 is taken"),
            "\(second.error)")
        let probe = try await Program.run("catalog", ["--health", "--http-port", "\(first.port)"])
        #expect(probe.exitCode == 1 && probe.error.contains("port \(first.port) answers as permits, not as catalog"), "\(probe.error)")
        #expect(try await first.get("/readyz").status == 200)
        #expect(try await first.terminate() == 0)
    }

    @Test(arguments: ["203.0.113.1", "nowhere.invalid"])
    func `an address that is not ours is one line and exit code 78`(host: String) async throws {
        let folder = try TemporaryFolder("address").file("data").path
        let run = try await Program.run("catalog", ["--http-host", host, "--data-dir", folder, "--amqp-url", "amqp://127.0.0.1:1"])
        #expect(run.exitCode == 78)
        #expect(run.error.split(separator: "\n").count == 1 && run.error.contains("HTTP_HOST: \(host)"), "\(run.error)")
    }
}
