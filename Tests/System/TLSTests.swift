import Contracts
import Foundation
import Messaging
import Primitives
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// The platform over encrypted connections.
@Suite(.serialized, .processes(minutes: 4))
struct TLSTests {
    @Test func `the four services and martctl trade over TLS, each with a certificate and its URL in a file`() async throws {
        let certificates = try await TestCertificates()
        let broker = try await TestBroker.start(virtualHosts: 2, tls: certificates, asksForCertificate: true)
        let secret = try TemporaryFolder("secret").file("url")
        // The place that Stack takes: the first of the broker's.
        try "amqps://guest:guest@localhost:\(broker.tlsPort ?? 0)/mart1\n".write(to: secret, atomically: true, encoding: .utf8)
        let variables = certificates.environment(showsCertificate: true).merging(["AMQP_URL_FILE": secret.path]) { $1 }
        let stack = try await Stack.start(
            broker: broker, environment: variables.merging(["MART_NOW": "2026-02-06T02:00:00Z"]) { $1 })
        for service in Stack.allServices {
            let log = try String(contentsOf: stack[service].logFile, encoding: .utf8)
            #expect(log.contains("amqps://guest@localhost"), "\(log)")
        }
        // A stranger on the plain port of the same place watches.
        let client = try await MartClient.connect(to: stack.amqpURL)
        try await client.stockedProduct("p-tls", seller: "s-tls", units: 500)
        try await client.sendUntilKnown(RecordSale.of("p-tls", id: "tls-0"))
        try await client.publish(all: (1...200).map { .command(RecordSale.of("p-tls", id: "tls-\($0)"), id: "tls-\($0)") })
        try await expectEventually("every sale is settled") {
            try await stack["settlement"].json("/v1/sellers/s-tls/balance")["earned"]?.int64 == 201 * 9_000
        }
        let environment = stack.clientEnvironment.merging(variables) { $1 }
        let sent = try await martctl(
            "send", "catalog.register-seller", "sellerId=s-tool", "name=Ibu Maria", "regency=53.06", environment: environment)
        #expect(sent.contains("accepted"), "\(sent)")
        await client.close()
        try await stack.stop()
        try await broker.stop()
    }

    @Test func `a service says why TLS fails, again and again, and waits`() async throws {
        let certificates = try await TestCertificates()
        let server = try await TLSServer(certificates)
        let other = try await TestCertificates()
        let process = try ServiceProcess(
            "permits", amqpURL: "amqps://localhost:\(server.port)", folder: try TemporaryFolder("stranger"),
            environment: ["AMQP_CA": other.authority])
        try await expectEventually("/readyz says so") {
            let (status, body) = try await process.get("/readyz")
            return status == 503 && String(decoding: body, as: UTF8.self).contains("peer cert verification failed")
        }
        let log = try String(contentsOf: process.logFile, encoding: .utf8)
        #expect(log.contains("not connected") && log.contains("tlsFailed") && log.contains("peer cert verification failed"), "\(log)")
        _ = try await process.terminate()
    }

    /// Debian's OpenSSL refuses old versions by its own settings, so these are lifted: what refuses then is ours.
    @Test func `a broker that speaks only TLS 1_1 is refused, whatever the system allows`() async throws {
        let certificates = try await TestCertificates()
        let lax = try TLSServer.laxSettings()
        let server = try await TLSServer(certificates, ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], environment: lax)
        let asked = try await server.askedByOpenSSL(certificates, environment: lax)
        #expect(asked.contains("TLSv1.1"), "OpenSSL itself does not speak it: \(asked)")
        let run = try await Program.run(
            "martctl", ["send", "catalog.open-mart", "regency=53.06", "--connect-timeout", "1"],
            environment: lax.merging(["AMQP_URL": "amqps://localhost:\(server.port)", "AMQP_CA": certificates.authority]) { $1 })
        #expect(run.exitCode == 69)
        #expect(run.error.contains("protocol version"), "\(run.error)")
    }
}
