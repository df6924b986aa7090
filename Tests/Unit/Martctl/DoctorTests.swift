import Platform
import Primitives
import StrictJSON
import Testing

@testable import MartctlKit

/// What the doctor says to each sign.
struct DoctorTests {
    /// A platform without a fault; tests change what they are about.
    private static func healthy(_ changes: [(String, String)] = []) throws -> DoctorFacts {
        var facts = DoctorFacts()
        facts.services = try Looks.services()
        facts.hosts = ["127.0.0.1:5672"]
        facts.ownLibrary = "0.14.0"
        let now = try #require(Instant("2026-02-06T02:00:00Z"))
        for service in Platform.names {
            var text = """
                {"service":"\(service)","stoppedUncleanly":false,
                "clock":{"time":"2026-02-06T02:00:00Z","businessNow":"2026-02-06T02:00:00Z"},
                "versions":{"sqlite":"3.52.0","librabbitmq":"0.14.0","openssl":"3.0.19"},
                "store":{"folder":"/var/mart/\(service)","journalMode":"wal","synchronous":2,"foreignKeys":true,"walBytes":1000},
                "disk":{"freeBytes":100000000000,"totalBytes":200000000000},
                "permissions":{"user":1000,"folderMode":"750","storeMode":"644","backupFolder":"/mnt/b","openBackups":[]},
                "broker":{"hosts":["127.0.0.1:5672"],"virtualHost":"/","user":"guest","tls":false}}
                """
            if service == "consignment" { for (old, new) in changes { text = text.replacing(old, with: new) } }
            facts.diagnoses.append(.init(service: service, json: try Looks.json(text), asked: now, answered: now.adding(.milliseconds(20))))
        }
        facts.broker = .init(product: "RabbitMQ", version: "4.1.0", platform: "Erlang/OTP 27", queues: Looks.queues())
        return facts
    }

    /// What is not fine, as one line each.
    private static func complaints(_ facts: DoctorFacts) -> [String] {
        Doctor.findings(facts).filter { $0.severity > .fine }.map { "\($0.severity.sign) \($0.area.rawValue): \($0.what)" }
    }

    @Test func `a healthy platform has a good word in every area, and nothing else`() throws {
        let findings = Doctor.findings(try Self.healthy())
        #expect(findings.allSatisfy { $0.severity == .fine })
        #expect(Set(findings.map(\.area)) == Set(DoctorFinding.Area.allCases))
        #expect(DoctorScreen.text(findings).contains("✓ nothing to do"))
    }

    @Test(arguments: [
        (#""synchronous":2"#, #""synchronous":1"#, "✗ durability"), (#""journalMode":"wal""#, #""journalMode":"delete""#, "✗ durability"),
        (#""foreignKeys":true"#, #""foreignKeys":false"#, "✗ durability"), (#""walBytes":1000"#, #""walBytes":1000000000"#, "! durability"),
        (#""freeBytes":100000000000"#, #""freeBytes":1000"#, "✗ disk"),
        (#""freeBytes":100000000000"#, #""freeBytes":9000000000"#, "! disk"),
        (#""folderMode":"750""#, #""folderMode":"755""#, "! permissions"),
        (#""openBackups":[]"#, #""openBackups":["consignment-one.json","consignment-one.sqlite"]"#, "! permissions"),
        (#""user":1000"#, #""user":0"#, "· permissions"),
        (#""time":"2026-02-06T02:00:00Z""#, #""time":"2026-02-06T02:00:10Z""#, "! clock"),
        (#""time":"2026-02-06T02:00:00Z""#, #""time":"2026-02-06T01:00:00Z""#, "✗ clock"),
        (#""businessNow":"2026-02-06T02:00:00Z""#, #""businessNow":"2026-03-06T02:00:00Z""#, "! clock"),
        (#""businessNow":"2026-02-06T02:00:00Z""#, #""verdict":"ahead","businessNow":"2025-02-06T02:00:00Z""#, "✗ clock"),
        (#""businessNow":"2026-02-06T02:00:00Z""#, #""verdict":"unknown","businessNow":"2026-11-24T02:00:00Z""#, "✗ clock"),
        (#""businessNow":"2026-02-06T02:00:00Z""#, #""verdict":"store-ahead","businessNow":"2081-02-06T02:00:00Z""#, "✗ clock"),
        (#""businessNow":"2026-02-06T02:00:00Z""#, #""verdict":"behind","businessNow":"2026-11-06T02:00:00Z""#, "! clock"),
        (#""sqlite":"3.52.0""#, #""sqlite":"3.40.1""#, "· versions"), (#""sqlite":"3.52.0""#, #""sqlite":"3.34.1""#, "✗ versions"),
        (#""librabbitmq":"0.14.0""#, #""librabbitmq":"0.9.0""#, "✗ versions"),
        (#""openssl":"3.0.19""#, #""openssl":"3.0.2""#, "! versions"),
        (#""hosts":["127.0.0.1:5672"]"#, #""hosts":["127.0.0.1:5673"]"#, "! broker"),
        (#""stoppedUncleanly":false"#, #""stoppedUncleanly":true"#, "· services"),
        (#""stoppedUncleanly":false"#, #""stoppedUncleanly":false,"readers":{"places":20,"closedForRoom":3}"#, "· services"),
    ])
    func `each sign has its finding, and each finding but a note its cure`(old: String, new: String, start: String) throws {
        let facts = try Self.healthy([(old, new)])
        let complaints = Self.complaints(facts)
        #expect(complaints.contains { $0.hasPrefix(start) && ($0.contains("consignment") || start.hasSuffix("versions")) }, "\(complaints)")
        #expect(Doctor.findings(facts).allSatisfy { $0.severity < .warning || !$0.cure.isEmpty })
    }

    @Test func `a service that was heard further than its store goes was put back`() throws {
        var facts = try Self.healthy()
        facts.services = try Platform.names.map { try Looks.service($0, sequence: 7) }
        facts.heard = [
            .init(service: "consignment", source: "/catalog", sequence: 7),
            .init(service: "settlement", source: "/consignment~1", sequence: 99),
        ]
        #expect(Self.complaints(facts) == [])
        facts.heard[0] = .init(service: "consignment", source: "/catalog", sequence: 9)
        #expect(
            Self.complaints(facts) == [
                "✗ durability: consignment has heard event 9 of /catalog, and catalog's store ends at 7: it was put back to an older copy"
            ])
    }

    @Test func `a folder that anybody may write is a fault`() throws {
        #expect(Self.complaints(try Self.healthy([("750", "777")])).contains { $0.hasPrefix("✗ permissions") })
    }

    @Test func `business clocks that start at different instants are a fault`() throws {
        let complaints = Self.complaints(try Self.healthy([(#""clock":{"#, #""clock":{"martNow":"2026-02-06T02:00:00Z","#)]))
        #expect(complaints.contains { $0.hasPrefix("! clock: MART_NOW=2026-02-06T02:00:00Z") })
        #expect(complaints.contains { $0.hasPrefix("✗ clock: the services do not have the same") })
    }

    @Test func `a broker on another machine wants TLS and a user of its own`() throws {
        let complaints = Self.complaints(try Self.healthy([("127.0.0.1:5672", "10.1.2.3:5672")]))
        #expect(complaints.contains { $0.contains("without TLS") } && complaints.contains { $0.contains("account guest") })
    }

    @Test func `services that are away, not ready, or have parked messages are named`() throws {
        var facts = try Self.healthy()
        facts.services[0] = Looks.away("catalog")
        facts.services[1] = try Looks.service("permits", parked: 2, reasons: [.init(code: "store-failing", message: "disk full")])
        let complaints = Self.complaints(facts)
        #expect(complaints.contains("✗ services: catalog cannot be reached at http://127.0.0.1:1"))
        #expect(complaints.contains("✗ services: permits is not ready, store-failing: disk full"))
        #expect(complaints.contains("! services: 2 messages are parked at permits"))
    }

    @Test func `an old broker, and none`() throws {
        var facts = try Self.healthy()
        facts.broker?.version = "3.10.8"
        #expect(Self.complaints(facts).contains { $0.hasPrefix("! versions: RabbitMQ 3.10.8 is older than 3.13.8") })
        facts.broker?.version = "3.9.27"
        #expect(Self.complaints(facts).contains { $0.hasPrefix("✗ versions: RabbitMQ 3.9.27") })
        facts.broker = nil
        facts.brokerFault = "the broker cannot be reached"
        #expect(Self.complaints(facts) == ["✗ broker: the broker cannot be reached"])
    }

    @Test func `what endangers dead letters is told apart from the rest of the topology`() throws {
        var facts = try Self.healthy()
        facts.broker?.differences = [
            .other("queue catalog.commands", "x-overflow", wanted: "reject-publish", found: "none"), .missing("queue permits.dead"),
            .other("queue catalog.events", "x-single-active-consumer", wanted: "true", found: "none"),
        ]
        let complaints = Self.complaints(facts)
        #expect(complaints.count { $0.hasPrefix("✗ dead letters") } == 2 && complaints.count { $0.hasPrefix("✗ topology") } == 1)
        #expect(
            complaints.contains { $0.contains("lost without a word") } && complaints.contains { $0.contains("until the node restarts") })
    }

    @Test func `a queue that answers declarations only is known by its sign`() throws {
        var facts = try Self.healthy()
        facts.services[3] = Looks.away("settlement")
        facts.broker?.queues = Looks.queues([
            "catalog.events": .there(ready: 0, consumers: 0), "settlement.events": .there(ready: 5, consumers: 0),
        ])
        // A service that does not run has no consumer, and its queue must not be given one.
        #expect(StuckQueues.suspects(facts.broker?.queues ?? [], facts.services) == ["catalog.events"])
        #expect(Self.complaints(facts).contains("✗ queues: nobody consumes from catalog.events although catalog runs"))
        facts.broker?.stuck = ["catalog.events"]
        #expect(Self.complaints(facts).contains { $0.contains("came back without its Raft state") })
    }

    @Test func `queues of a service that is away are not praised`() throws {
        var facts = try Self.healthy()
        facts.services[3] = Looks.away("settlement")
        facts.diagnoses.removeLast()
        facts.broker?.queues = Looks.queues([
            "settlement.commands": .there(ready: 0, consumers: 0), "settlement.events": .there(ready: 5, consumers: 0),
            "settlement.dead": .there(ready: 0, consumers: 0),
        ])
        let complaints = Self.complaints(facts).filter { $0.contains("queues") }
        #expect(
            complaints == [
                "! queues: nobody consumes from settlement.commands, settlement.events, settlement.dead, since settlement does not answer; "
                    + "5 messages wait there"
            ])
        #expect(!Doctor.findings(facts).contains { $0.what.contains("every queue has its one consumer") })
    }

    @Test func `an alarm of the broker and harmful policies are faults, and unseen ones are said`() throws {
        var facts = try Self.healthy()
        facts.broker?.alarm = BrokerAlarm.sentence("low on disk")
        facts.broker?.rules = [
            .init(name: "policy \"ttl\" (pattern .*)", what: "message-ttl=1 on catalog.events", harm: "lost", isGrave: true, cure: "clear")
        ]
        facts.broker?.rulesFault = "401"
        let complaints = Self.complaints(facts)
        #expect(complaints.contains { $0.hasPrefix("✗ broker: the broker has an alarm (low on disk)") })
        #expect(complaints.contains("✗ topology: policy \"ttl\" (pattern .*) sets message-ttl=1 on catalog.events: lost"))
        #expect(complaints.contains { $0.hasPrefix("! topology: policies and limits could not be seen") })
    }

    @Test func `a stranger's consumer and a long queue are looked at`() throws {
        var facts = try Self.healthy()
        facts.broker?.queues = Looks.queues([
            "catalog.events": .there(ready: 0, consumers: 2), "settlement.events": .there(ready: 60_000, consumers: 1),
        ])
        let complaints = Self.complaints(facts)
        #expect(complaints.contains("! queues: another consumer on catalog.events: 2 consumers, where one is expected"))
        #expect(complaints.contains { $0.contains("settlement.events holds 60.000 messages") })
    }

    @Test func `a stranger that has what is a service's is a fault, and the management API names it`() throws {
        var facts = try Self.healthy()
        facts.broker?.queues = Looks.queues(["catalog.events": .there(ready: 4, consumers: 2)])
        #expect(
            Self.complaints(facts) == [
                "✗ queues: another consumer on catalog.events: 2 consumers, where one is expected; 4 messages are ready there"
            ])
        facts.broker?.strangers = [Stranger(queue: "catalog.events", tag: "x", connection: "pika", address: "10.0.0.5:1", user: "ana")]
        #expect(
            Self.complaints(facts) == [
                #"! queues: another consumer on catalog.events: consumer tag "x", connection "pika", address 10.0.0.5:1, user ana; "#
                    + "4 messages are ready there"
            ])
        // Who waits for its turn is looked at; who is served is a fault, and the broker knows it, or the service.
        #expect(Self.complaints(facts).allSatisfy { $0.hasPrefix("! queues: another consumer on catalog.events") })
        facts.broker?.strangers[0].isServed = true
        #expect(Self.complaints(facts).contains { $0.hasPrefix("✗ queues: another consumer on catalog.events") })
        facts.broker?.strangers[0].isServed = false
        facts.services[0] = try Looks.service(
            "catalog", reasons: [.init(code: "not-consuming", message: "another consumer was on catalog.events before this service")])
        #expect(Self.complaints(facts).contains { $0.hasPrefix("✗ queues: another consumer on catalog.events: consumer tag") })
        // AMQP itself counts the one that is served.
        facts.broker?.strangers = []
        facts.broker?.queues = Looks.queues()
        #expect(Self.complaints(facts).contains("✗ queues: another consumer on catalog.events: catalog gets nothing from it"))
        facts.broker?.strangersFault = "403"
        #expect(Self.complaints(facts).contains("! queues: who consumes could not be seen: 403"))
    }

    @Test func `versions are compared by their numbers`() throws {
        #expect(try #require(Version("3.9.27")) < Version(3, 10))
        #expect(try #require(Version("4.0.5-rc.1")) > Version(4, 0, 4))
        #expect(Version("3.10") == Version(3, 10, 0))
        #expect(Version("unknown") == nil)
    }

    @Test func `the screen has 80 columns`() throws {
        var facts = try Self.healthy([("750", "777"), (#""openssl":"3.0.19""#, #""openssl":"3.0.2""#)])
        facts.services[0] = Looks.away("catalog")
        facts.broker?.stuck = ["permits.events"]
        let text = DoctorScreen.text(Doctor.findings(facts))
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        #expect(text.contains("to mend now"))
    }
}
