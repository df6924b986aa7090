import Messaging
import Primitives
import RabbitMQ
import StrictJSON

/// Everything that a diagnosis rests on, gathered once; the checks are pure.
struct DoctorFacts: Sendable {
    /// What a service says of itself, and between which two moments of ours it said so.
    struct Diagnosis: Sendable {
        let service: String
        let json: JSONValue
        let asked: Instant
        let answered: Instant
    }

    struct Broker: Sendable {
        /// As it states them in the handshake.
        var product = ""
        var version = ""
        /// E.g. `Erlang/OTP 25.2.3`.
        var platform = ""
        var queues: [QueueLook] = []
        var differences: [TopologyDifference] = []
        var seesBindings = false
        /// Queues that answer declarations, and no consumer.
        var stuck: [String] = []
        /// Who else consumes from the services' queues, as the management API tells.
        var strangers: [Stranger] = []
        /// Why that could not be seen, where it was asked for.
        var strangersFault: String?
        /// Why it takes no messages, where it does not.
        var alarm: String?
        /// Policies and limits that do harm.
        var rules: [HarmfulRule] = []
        /// Why they could not be seen, where that was asked for.
        var rulesFault: String?
    }

    /// How far a service has heard a source.
    struct Heard: Sendable {
        let service: String
        let source: String
        let sequence: Int64
    }

    var services: [ServiceLook] = []
    var heard: [Heard] = []
    var diagnoses: [Diagnosis] = []
    var broker: Broker?
    /// Why there is no broker to look at.
    var brokerFault: String?
    /// Where martctl itself looks.
    var hosts: [String] = []
    var virtualHost = "/"
    var ownLibrary = RabbitMQLibrary.version

    static func gather(_ sides: ReadSides, _ options: TopologyOptions) async throws -> DoctorFacts {
        let configuration = try options.broker.configuration()
        var facts = DoctorFacts()
        facts.hosts = configuration.hosts.map { "\($0.name):\($0.port)" }
        facts.virtualHost = configuration.virtualHost
        // Before the sources themselves are looked at, which go on meanwhile.
        for side in sides.all {
            for told in (try? await side.find("/v1/sources"))?.elements ?? [] {
                guard let source = told["source"]?.string, let sequence = told["sequence"]?.int64 else { continue }
                facts.heard.append(Heard(service: side.service, source: source, sequence: sequence))
            }
        }
        facts.services = await ServiceLook.all(sides)
        for side in sides.all {
            let asked = Instant.systemNow
            // Why there is none is said by the look at the service.
            guard let answer = try? await side.find("/v1/diagnosis") else { continue }
            facts.diagnoses.append(Diagnosis(service: side.service, json: answer, asked: asked, answered: .systemNow))
        }
        do {
            var broker = try await Blocking.run { try handshake(configuration) }
            broker.queues = try await QueueLook.all(configuration)
            broker.differences = try await options.differences()
            broker.seesBindings = options.seesBindings
            broker.stuck = await StuckQueues.find(broker.queues, facts.services, configuration)
            broker.alarm = try await BrokerAlarm.find(configuration)
            do {
                let users = facts.diagnoses.compactMap { $0.json["broker"]?["user"]?.string } + [configuration.user]
                broker.rules = try await options.management()?.harmfulRules(users: Set(users)) ?? []
            } catch let failure as Failure {
                broker.rulesFault = failure.message
            }
            do {
                broker.strangers = try await options.management()?.strangers(.platform) ?? []
            } catch let failure as Failure {
                broker.strangersFault = failure.message
            }
            facts.broker = broker
        } catch let failure as Failure where failure.code == .unavailable {
            facts.brokerFault = failure.message
        }
        return facts
    }

    private static func handshake(_ configuration: RabbitMQConfiguration) throws -> Broker {
        func text(_ value: FieldValue?) -> String { if case .string(let text)? = value { text } else { "" } }
        do throws(RabbitMQError) {
            return try SetupChannel.run(on: configuration) { channel in
                let properties = channel.serverProperties
                return Broker(
                    product: text(properties["product"]), version: text(properties["version"]), platform: text(properties["platform"]))
            }
        } catch {
            throw Failure(.unavailable, Connecting.sentence(error))
        }
    }
}
