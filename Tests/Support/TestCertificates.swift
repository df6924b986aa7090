import Foundation

/// An authority, and certificates of its making, new at each use: `ca`, `server`, `client` (`.pem` and `.key`), by `scripts/certificates`.
public struct TestCertificates: Sendable {
    private let folder: TemporaryFolder

    /// - Parameter host: the DNS name that the server's certificate is for.
    public init(host: String = "localhost") async throws {
        folder = try TemporaryFolder("certificates")
        _ = try await ChildProcess.run([TestRun.script("certificates"), folder.path, host], limit: .seconds(60))
    }

    public func path(_ file: String) -> String { folder.file(file).path }
    public var authority: String { path("ca.pem") }

    /// The variables by which services and martctl trust the authority, and show the client's certificate if they are to.
    public func environment(showsCertificate: Bool) -> [String: String] {
        var variables = ["AMQP_CA": authority]
        if showsCertificate {
            variables["AMQP_CERT"] = path("client.pem")
            variables["AMQP_KEY"] = path("client.key")
        }
        return variables
    }

    /// The client's key, locked with a passphrase.
    public func lockedKey() async throws -> String {
        let locked = path("locked.key")
        _ = try await ChildProcess.run(
            [TLSServer.openssl, "rsa", "-aes256", "-passout", "pass:secret-word", "-in", path("client.key"), "-out", locked],
            limit: .seconds(30))
        return locked
    }
}

/// `openssl s_server` on a free port: a TLS peer that knows nothing of AMQP.
public final class TLSServer: Sendable {
    static let openssl = "/usr/bin/openssl"

    public let port: Int
    private let process: ChildProcess

    /// Settings of OpenSSL under which it speaks whatever version it is asked for, however old.
    public static func laxSettings() throws -> [String: String] {
        let file = try TemporaryFolder("openssl").file("lax.cnf")
        try """
        openssl_conf = settings
        [settings]
        ssl_conf = ssl_settings
        [ssl_settings]
        system_default = lax
        [lax]
        MinProtocol = TLSv1
        CipherString = DEFAULT@SECLEVEL=0

        """.write(to: file, atomically: true, encoding: .utf8)
        return ["OPENSSL_CONF": file.path]
    }

    /// Returns when it listens.
    public init(
        _ certificates: TestCertificates, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws {
        port = freePort()
        let log = try TemporaryFolder("tls-server").file("log")
        process = try ChildProcess(
            [
                // With -www it does not end with its standard input.
                Self.openssl, "s_server", "-www", "-accept", "127.0.0.1:\(port)", "-cert", certificates.path("server.pem"),
                "-key", certificates.path("server.key"),
            ] + arguments, environment: environment, output: log.path)
        let process = process
        try await expectEventually("openssl listens") {
            let text = try String(contentsOf: log, encoding: .utf8)
            if process.exitCode != nil { throw SupportError(text) }
            return text.contains("ACCEPT")
        }
    }

    deinit { process.send(15) }

    /// What OpenSSL's own client says of a connection to it.
    public func askedByOpenSSL(_ certificates: TestCertificates, environment: [String: String] = [:]) async throws -> String {
        try await ChildProcess.run(
            [Self.openssl, "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", certificates.authority], environment: environment,
            limit: .seconds(30))
    }
}
