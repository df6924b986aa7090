import Foundation
import Logging
import RabbitMQ
import TestSupport
import Testing

/// Encrypted connections, against a node that speaks TLS with certificates made a moment ago.
@Suite("TLS", .serialized, .processes(minutes: 4))
struct TLSTests {
    private struct Place: Sendable {
        var broker: TestBroker
        var certificates: TestCertificates

        func url(_ scheme: String = "amqps", host: String = "localhost") -> String { "\(scheme)://\(host):\(broker.tlsPort ?? 0)/%2f" }
    }

    private static let shared = Task {
        let certificates = try await TestCertificates()
        return Place(broker: try await TestBroker.start(tls: certificates), certificates: certificates)
    }

    /// Why a connection does not come about.
    private func refusal(
        of url: String, _ change: (inout RabbitMQConfiguration) -> Void = { _ in }
    ) async throws -> RabbitMQError {
        let pair = try Pair(url: url, change: change)
        pair.publisher.start()
        try await pair.publisherStates.first("it is refused") { $0.failure != nil || $0.isConnected }
        let failure = pair.publisherStates.items.lazy.compactMap(\.failure).first
        await pair.shutdown()
        return try #require(failure, "it connects")
    }

    @Test func messagesOfEverySizeGoBothWays() async throws {
        let place = try await Self.shared.value
        let pair = try Pair(url: place.url(), prefetch: 500) { $0.caFile = place.certificates.authority }
        try await pair.start()
        // From less than a TLS record to many records and many frames; what OpenSSL has decrypted already is no longer in the socket.
        let sizes = [0, 1, 15_000, 16_384, 16_385, 131_064, 131_065, 1 << 20]
        let count = 2_000
        let bodies = (0..<count).map { [UInt8](repeating: UInt8($0 % 251), count: $0 % 250 == 7 ? sizes[$0 / 250 % 8] : $0 % 700) }
        pair.publisher.enqueue(
            bodies.enumerated().map { (UInt64($0), OutgoingMessage(exchange: "", routingKey: pair.queue, body: $1)) })
        var taken = 0
        while taken < count {
            let batch = try await pair.consumer.take(min(100, count - taken))
            for delivery in batch {
                #expect(delivery.body == bodies[taken], "message \(taken)")
                taken += 1
            }
            if let last = batch.last { pair.consumer.acknowledge(through: last) }
        }
        try await pair.settled.wait("all settle") { $0.count == count }
        #expect(pair.settled.items.allSatisfy { $0.outcome == .confirmed })
        // A single one after silence: nothing is left lying until more comes.
        _ = try await pair.publisher.publish(message("last", to: pair.queue))
        #expect(try await pair.consumer.take(1).map(text) == ["last"])
        await pair.shutdown()
    }

    @Test func anUnknownAuthorityIsRefused() async throws {
        let place = try await Self.shared.value
        let other = try await TestCertificates()
        let refusal = try await refusal(of: place.url()) { $0.caFile = other.authority }
        #expect(refusal.code == .tlsFailed && !refusal.isRetriable)
        #expect(refusal.context.contains("peer cert verification failed"), "\(refusal)")
        // Nor does it trust whom nobody has named.
        #expect(try await self.refusal(of: place.url()).code == .tlsFailed)
    }

    @Test func anotherHostsCertificateIsRefused() async throws {
        let certificates = try await TestCertificates(host: "elsewhere.example")
        let server = try await TLSServer(certificates)
        let refusal = try await refusal(of: "amqps://localhost:\(server.port)") { $0.caFile = certificates.authority }
        #expect(refusal.code == .tlsFailed && !refusal.isRetriable)
        #expect(refusal.context.contains("hostname verification failed"), "\(refusal)")
        // An address is not the name in the certificate.
        let place = try await Self.shared.value
        let byAddress = try await self.refusal(of: place.url(host: "127.0.0.1")) { $0.caFile = place.certificates.authority }
        #expect(byAddress.context.contains("hostname verification failed"), "\(byAddress)")
    }

    @Test func aBrokerThatAsksForACertificateGetsOne() async throws {
        let certificates = try await TestCertificates()
        let broker = try await TestBroker.start(virtualHosts: 1, tls: certificates, asksForCertificate: true)
        let url = "amqps://localhost:\(broker.tlsPort ?? 0)/%2f"
        let without = try await refusal(of: url) { $0.caFile = certificates.authority }
        // The broker's word may be overtaken by the end of the connection; then we say what we know.
        let words = ["certificate required", "handshake failure", "no certificate is set"]
        #expect(words.contains { without.context.contains($0) }, "\(without)")
        let pair = try Pair(url: url) {
            $0.caFile = certificates.authority
            $0.certFile = certificates.path("client.pem")
            $0.keyFile = certificates.path("client.key")
        }
        try await pair.start()
        _ = try await pair.publisher.publish(message("known", to: pair.queue))
        #expect(try await pair.consumer.take(1).map(text) == ["known"])
        await pair.shutdown()
        try await broker.stop()
    }

    @Test func plainAMQPToATLSPortIsToldFromABrokenConnection() async throws {
        let place = try await Self.shared.value
        let refusal = try await refusal(of: place.url("amqp"))
        #expect(refusal.code == .tlsFailed && !refusal.isRetriable)
        #expect(refusal.context.contains("speaks TLS: the URL must begin with amqps://"), "\(refusal)")
    }

    @Test func encryptionToAPlainPortIsToldFromABrokenConnection() async throws {
        let place = try await Self.shared.value
        let refusal = try await refusal(of: "amqps://localhost:\(place.broker.port)") { $0.caFile = place.certificates.authority }
        #expect(refusal.code == .tlsFailed)
        #expect(refusal.context.contains("wrong version number"), "\(refusal)")
    }

    @Test func aFrozenBrokerDoesNotHoldAPublishForEver() async throws {
        let certificates = try await TestCertificates()
        let broker = try await TestBroker.start(virtualHosts: 1, tls: certificates)
        let pair = try Pair(url: "amqps://localhost:\(broker.tlsPort ?? 0)/%2f", heartbeat: .seconds(1)) {
            $0.caFile = certificates.authority
            $0.connectTimeout = .seconds(1)
        }
        try await pair.start()
        try broker.pause()
        // More than the buffers of both kernels hold: the thread hangs in a write, until the watchdog cuts the socket.
        let body = [UInt8](repeating: 7, count: 1 << 20)
        pair.publisher.enqueue((0..<64).map { ($0, OutgoingMessage(exchange: "", routingKey: pair.queue, body: body)) })
        try await pair.settled.wait("all are lost", limit: .seconds(30)) { $0.count == 64 }
        #expect(pair.settled.items.allSatisfy { $0.outcome == .lost })
        try await pair.consumerStates.first("its silence is noticed") { $0.failure?.code == .heartbeatTimeout }
        try broker.resume()
        try await pair.publisherStates.first("the publisher comes back") { $0 == .connected(generation: 2) }
        try await pair.consumerStates.first("the consumer comes back") { $0 == .connected(generation: 2) }
        _ = try await pair.publisher.publish(message("x", to: pair.queue))
        // Some of what is lost for us had reached the broker.
        while try await pair.consumer.take(1).map(text) != ["x"] {}
        await pair.shutdown()
        try await broker.stop()
    }

    // MARK: Files

    @Test func filesAreCheckedBeforeAnybodyConnects() async throws {
        let certificates = try await TestCertificates()
        let folder = try TemporaryFolder("files")
        let rubbish = folder.file("rubbish.pem")
        try "no certificate".write(to: rubbish, atomically: true, encoding: .utf8)
        func fault(_ ca: String?, _ cert: String? = nil, _ key: String? = nil) throws -> String? {
            var configuration = try RabbitMQConfiguration(url: "amqps://localhost")
            (configuration.caFile, configuration.certFile, configuration.keyFile) = (ca, cert, key)
            do throws(RabbitMQError) {
                try configuration.check()
                return nil
            } catch {
                return error.context
            }
        }
        let (ca, cert, key) = (certificates.authority, certificates.path("client.pem"), certificates.path("client.key"))
        #expect(try fault(ca, cert, key) == nil)
        #expect(try fault(nil) == nil)
        #expect(try fault(ca, cert)?.contains("go together") == true)
        #expect(try fault(folder.file("nowhere.pem").path)?.contains("nowhere.pem cannot be read (No such file") == true)
        #expect(try fault(folder.path)?.contains("cannot be read (Is a directory)") == true)
        #expect(try fault(rubbish.path)?.contains("rubbish.pem holds no certificate") == true)
        #expect(try fault(ca, cert, certificates.path("server.key"))?.contains("(key values mismatch)") == true)
        #expect(try fault(ca, cert, rubbish.path)?.contains("cannot be used together") == true)
        let locked = try await certificates.lockedKey()
        #expect(try fault(ca, cert, locked)?.contains("has a passphrase") == true)
    }
}
