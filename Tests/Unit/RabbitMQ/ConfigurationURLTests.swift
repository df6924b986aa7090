import Testing

@testable import RabbitMQ

@Suite("The AMQP URL")
struct ConfigurationURLTests {
    @Test func namesUserPasswordHostPortAndVirtualHost() throws {
        let configuration = try RabbitMQConfiguration(url: "amqp://catalog:secret@broker.example:5673/mart")
        #expect(configuration.user == "catalog")
        #expect(configuration.password == "secret")
        #expect(configuration.hosts == [.init(name: "broker.example", port: 5673)])
        #expect(configuration.virtualHost == "mart")
        #expect(!configuration.tls)
    }

    @Test func hasDefaults() throws {
        let configuration = try RabbitMQConfiguration(url: "amqp://localhost")
        #expect(configuration.user == "guest")
        #expect(configuration.password == "guest")
        #expect(configuration.hosts == [.init(name: "localhost", port: 5672)])
        #expect(configuration.virtualHost == "/")
        #expect(try RabbitMQConfiguration(url: "amqp://localhost/").virtualHost == "/")
    }

    @Test func takesSeveralHosts() throws {
        let configuration = try RabbitMQConfiguration(url: "amqp://u:p@h1:5672,h2,[::1]:5674,[fe80::2]/%2f")
        #expect(
            configuration.hosts == [
                .init(name: "h1", port: 5672), .init(name: "h2", port: 5672), .init(name: "::1", port: 5674),
                .init(name: "fe80::2", port: 5672),
            ])
        #expect(configuration.virtualHost == "/")
        #expect((0..<5).map { configuration.host(attempt: $0).name } == ["h1", "h2", "::1", "fe80::2", "h1"])
    }

    @Test func percentDecodes() throws {
        let configuration = try RabbitMQConfiguration(url: "amqp://a%40b:p%3a%2F%3f%25@h/%66lores%20timur")
        #expect(configuration.user == "a@b")
        #expect(configuration.password == "p:/?%")
        #expect(configuration.virtualHost == "flores timur")
    }

    @Test func meansTLSByAmqps() throws {
        let configuration = try RabbitMQConfiguration(url: "AMQPS://u:p@h")
        #expect(configuration.tls)
        #expect(configuration.hosts[0].port == 5671)
    }

    @Test(arguments: [
        "", "localhost", "http://h", "amqp://", "amqp://u:geheim@", "amqp://u:geheim@h:", "amqp://u:geheim@h:70000",
        "amqp://u:geheim@h:0", "amqp://u:geheim@h:x", "amqp://u:geheim@h/a/b", "amqp://u:geheim%4@h", "amqp://u:geheim%zz@h",
        "amqp://u:geheim%ff@h", "amqp://u:geheim@[::1", "amqp://u:geheim@[::1]5672", "amqp://u:geheim@h,,h", "amqp://u:geheim@h?a=b",
        "amqp://u:geheim%00@h", "amqp://u:geheim%+4@h",
    ])
    func refusesNonsenseWithoutQuotingIt(url: String) {
        do {
            _ = try RabbitMQConfiguration(url: url)
            Issue.record("it was accepted")
        } catch {
            #expect(error.code == .invalidConfiguration)
            #expect(!error.isRetriable)
            #expect(!"\(error)".contains("geheim"))
        }
    }

    @Test func hidesThePassword() throws {
        let configuration = try RabbitMQConfiguration(url: "amqp://u:geheim@h1,h2/mart")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("geheim"))
            #expect(text.contains("h2:5672"))
        }
    }

    @Test func validatesItsNumbers() throws {
        let good = try RabbitMQConfiguration(url: "amqp://h")
        try good.validate()
        let changes: [(inout RabbitMQConfiguration) -> Void] = [
            { $0.hosts = [] }, { $0.heartbeat = .milliseconds(900) }, { $0.connectTimeout = .zero }, { $0.rpcTimeout = .zero },
            { $0.frameMax = 4096 }, { $0.frameMax = 1 << 20 }, { $0.certFile = "a" },
        ]
        for change in changes {
            var bad = good
            change(&bad)
            #expect(throws: RabbitMQError.self) { try bad.validate() }
        }
    }
}
