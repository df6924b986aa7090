import Foundation
import TestSupport
import Testing

/// Settings of a process: help, refusals, exit code 78. None of it reaches a broker.
@Suite(.processes(minutes: 2))
struct ConfigurationTests {
    @Test(arguments: [
        "AMQP_URL=http://127.0.0.1", "AMQP_URL=amqp://127.0.0.1:notaport", "MART_NOW=tomorrow", "MART_NOW=2026-02-05", "HTTP_PORT=99999",
        "HTTP_PORT=http", "LOG_LEVEL=loud", "LOG_FORMAT=xml", "REPLY_TO_QUEUES=perhaps", "MART_RULES=nowhere/rules.json",
        "AMQP_URL_FILE=nowhere/url",
    ])
    func `a malformed value is one clear line and exit code 78`(setting: String) async throws {
        let (variable, value) = (String(setting.prefix { $0 != "=" }), String(setting.drop { $0 != "=" }.dropFirst()))
        let folder = try TemporaryFolder("settings")
        let run = try await Program.run("permits", [], environment: [variable: value, "DATA_DIR": folder.file("data").path])
        #expect(run.exitCode == 78)
        #expect(run.output.isEmpty)
        #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
        #expect(run.error.hasPrefix("permits: ") && run.error.contains(variable), "\(run.error)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("data").path))
    }

    @Test(arguments: [
        ["--unheard-of"], ["--http-port"], ["--http-port", "0"], ["--http-port=x"], ["8101"], ["-x"], ["--log-level=loud"],
    ])
    func `an unknown or malformed flag is one clear line and exit code 78`(arguments: [String]) async throws {
        let run = try await Program.run("catalog", arguments)
        #expect(run.exitCode == 78)
        #expect(run.output.isEmpty)
        #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    }

    @Test(arguments: [
        ("catalog", "{"), ("catalog", "[]"), ("catalog", #"{"permitRequirements": 5}"#),
        ("catalog", #"{"permitRequirements": [{"kind": "unheard-of", "permits": []}]}"#),
        ("settlement", #"{"rates": [{"validFrom": "never", "percent": 10}]}"#),
        ("settlement", #"{"rates": [{"validFrom": "2026-01-01", "percent": 11}]}"#),
    ])
    func `rules that cannot be used are one clear line and exit code 78`(service: String, rules: String) async throws {
        let file = try TemporaryFolder("rules").file("rules.json")
        try rules.write(to: file, atomically: true, encoding: .utf8)
        let run = try await Program.run(service, [], environment: ["MART_RULES": file.path])
        #expect(run.exitCode == 78)
        #expect(run.error.hasPrefix("\(service): MART_RULES") || run.error.hasPrefix("MART_RULES"), "\(run.error)")
        #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    }

    @Test func `files of certificates that cannot be used are one clear line and exit code 78`() async throws {
        let certificates = try await TestCertificates()
        let folder = try TemporaryFolder("files")
        let rubbish = folder.file("rubbish")
        try "secret-word".write(to: rubbish, atomically: true, encoding: .utf8)
        let (cert, key, other) = (certificates.path("client.pem"), certificates.path("client.key"), certificates.path("server.key"))
        let locked = try await certificates.lockedKey()
        for (environment, word) in [
            (["AMQP_CA": "nowhere.pem"], "AMQP_CA: the file nowhere.pem cannot be read"),
            (["AMQP_CERT": "nowhere.pem", "AMQP_KEY": key], "AMQP_CERT: the file nowhere.pem cannot be read"),
            (["AMQP_CERT": cert, "AMQP_KEY": "nowhere.key"], "AMQP_KEY: the file nowhere.key cannot be read"),
            (["AMQP_CA": rubbish.path], "holds no certificate"), (["AMQP_CERT": cert], "go together"), (["AMQP_KEY": key], "go together"),
            (["AMQP_CERT": cert, "AMQP_KEY": other], "key values mismatch"), (["AMQP_CERT": cert, "AMQP_KEY": locked], "has a passphrase"),
            (["AMQP_CA": certificates.authority, "AMQP_URL": "amqp://localhost"], "nothing would be encrypted"),
            (["AMQP_URL_FILE": rubbish.path], "AMQP_URL_FILE: the URL has no scheme"),
            (["AMQP_URL_FILE": folder.path], "AMQP_URL_FILE: the file"),
        ] {
            let variables = environment.merging(["AMQP_URL": "amqps://localhost", "DATA_DIR": folder.file("data").path]) { given, _ in given
            }
            let run = try await Program.run("permits", [], environment: variables)
            #expect(run.exitCode == 78, "\(environment)")
            #expect(run.error.contains(word), "\(run.error)")
            #expect(run.error.split(separator: "\n").count == 1 && run.error.hasPrefix("permits: "), "\(run.error)")
            #expect(!run.error.contains("secret-word"))
            // martctl takes the same variables.
            let tool = try await Program.run("martctl", ["send", "catalog.open-mart", "regency=53.06"], environment: variables)
            #expect(tool.exitCode == 64, "\(environment): \(tool.error)")
            #expect(!tool.error.contains("secret-word"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("data").path))
    }

    @Test(arguments: Stack.allServices)
    func `help lists every variable, its default and the exit codes`(service: String) async throws {
        for flag in ["--help", "-h"] {
            let run = try await Program.run(service, [flag])
            #expect(run.exitCode == 0)
            #expect(run.error.isEmpty)
            for word in [
                "--amqp-url", "--amqp-url-file", "--amqp-ca", "--amqp-cert", "--amqp-key", "--data-dir", "--reply-to-queues", "--http-host",
                "--http-port", "--mart-rules", "--mart-now", "--log-level", "--log-format", "./var/\(service)", "75", "69", "78",
            ] {
                #expect(run.output.contains(word), "\(word)")
            }
        }
    }

    @Test func `a flag wins over the environment`() async throws {
        let run = try await Program.run("permits", ["--mart-now", "from the flag"], environment: ["MART_NOW": "from the environment"])
        #expect(run.exitCode == 78)
        #expect(run.error.contains("from the flag"))
    }

    @Test func `a password is never shown`() async throws {
        let run = try await Program.run("permits", [], environment: ["AMQP_URL": "amqp://user:secret-word@host:port/x"])
        #expect(run.exitCode == 78)
        #expect(!run.error.contains("secret-word"))
    }
}
