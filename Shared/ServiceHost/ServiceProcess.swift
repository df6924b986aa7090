import Foundation
import Logging
import Messaging
import Primitives
import RabbitMQ
import ServiceFramework
import ServiceLifecycle
import Storage
import UnixSignals

/// The parts of a running service and the order in which they start and end: read side, backups, relay, writer; and back.
struct ServiceProcess {
    private let store: ServiceStore
    private let settings: ServiceSettings
    private let logger: Logger
    private let health = Health()
    private let metrics: ServiceMetrics

    init(_ definition: ServiceDefinition, _ store: ServiceStore, _ settings: ServiceSettings, _ logger: Logger) {
        self.store = store
        self.settings = settings
        self.logger = logger
        metrics = ServiceMetrics(definition)
    }

    func run(_ processor: sending BatchProcessor) async -> Never {
        let service = store.definition.name
        let address = ReadAddress(host: settings.httpHost, port: settings.httpPort)
        do {
            try await address.claim()
        } catch {
            FatalExit.now((error as? ReadAddress.Fault)?.code ?? .unexpected, "\(error)", logger)
        }
        let topology = TopologySetup(store.topology)
        let relay = makeRelay(processor.committed, topology)
        let watch = ConsumptionWatch(store.topology.queues(of: service), of: service, settings.broker, health, logger)
        let consumer = makeConsumer(relay, topology, watch)
        let backups = BackupKeeper(store: store, folder: settings.backupFolder, logger: logger)
        metrics.idle(processor.tally)
        let writer = Writer(
            processor, store: store, consumer: consumer, relay: relay, backups: backups, health: health, metrics: metrics, logger: logger)
        let token = ReadToken(file: settings.readTokenFile)
        if let fault = token.fault { logger.warning("\(fault)") }
        StraySignals.tell(logger)
        logger.info(
            "started", metadata: ["store.id": "\(store.storeId)", "http.port": "\(settings.httpPort)", "broker": "\(settings.broker)"])

        let connections = readers()
        let server = ReadServer(
            store: store, health: health, metrics: metrics, diagnosis: Diagnosis(store, settings, connections), token: token,
            connections: connections, address: address, logger: quietLogger)
        // The group stops them from the last to the first, each when the one before has ended.
        let parts: [any Service] = [
            server, backups, Watching(watch: watch, consumer: consumer), relay, writer, StopNotice(health: health, logger: logger),
        ]
        let group = ServiceGroup(services: parts, gracefulShutdownSignals: [.sigterm, .sigint, .sigquit], logger: quietLogger)
        do {
            try await group.run()
            try store.closeCleanly()
        } catch let change as StoreChanged {
            LostStore.leave(store, change, health, logger) { true }
        } catch {
            FatalExit.now((error as? ReadAddress.Fault)?.code ?? .unexpected, "\(service) cannot go on: \(error)", logger)
        }
        let code = relay.isDrained ? ExitCode.drained : .undrained
        logger.info("stopped", metadata: ["exit.code": "\(code.rawValue)", "outbox.drained": "\(code == .drained)"])
        exit(code.rawValue)
    }

    /// As many readers at once as leave descriptors for the broker and the store.
    private func readers() -> Connections {
        let (limits, limit) = (ReadServer.limits, Descriptors.limit)
        let free = limit - (Descriptors.inUse ?? 0) - Descriptors.kept
        if free < limits.connections {
            logger.warning(
                "few file descriptors: raise the limit (ulimit -n)", metadata: ["limit": "\(limit)", "readers": "\(max(free, 0))"])
        }
        return Connections(places: min(limits.connections, max(limits.leastConnections, free)))
    }

    private func makeRelay(_ committed: BatchProcessor.Committed, _ topology: TopologySetup) -> Relay {
        do {
            return try Relay(
                store: store, committed: committed, configuration: settings.broker, health: health, metrics: metrics, logger: logger,
                setup: {
                    try topology.assertAll(on: $0)
                    CrashPoint.topologyAsserted.pass()
                })
        } catch {
            FatalExit.now(.unavailable, "the store cannot be opened for the relay: \(error)", logger)
        }
    }

    private func makeConsumer(_ relay: Relay, _ topology: TopologySetup, _ watch: ConsumptionWatch) -> RabbitMQConsumer {
        let service = store.definition.name
        let queues = store.topology.queues(of: service)
        let refusals = Refusals(of: service, heartbeat: settings.broker.heartbeat, logger: logger)
        return RabbitMQConsumer(
            configuration: settings.broker,
            subscriptions: queues.map { queue in
                .init(
                    queue: queue.name, prefetch: Limits.prefetch,
                    firstPrefetch: store.file.wasStoppedUncleanly ? Limits.prefetchAfterDeath : nil,
                    maxBodySize: queue.channel == .commands ? Limits.commandSize : Limits.eventSize)
            },
            logger: logger,
            setup: { channel in
                try topology.assert(queues, on: channel)
                // Held as long as this connection lives: a second instance of the service cannot get past it.
                try channel.declareQueue(TopologySetup.ownerQueue(of: service), durable: false, exclusive: true)
                try watch.lookWhoIsFirst(channel)
            },
            maintained: { topology.declarations(of: queues) },
            onStateChange: { [health, metrics] state in
                health.consumer(state)
                metrics.connection(.consumer, state)
                refusals.changed(state)
                guard case .connected = state else { return }
                CrashPoint.consumerConnected.pass()
                health.clear(.starting)
                relay.open()
            })
    }

    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}

/// The watch of the consumer, in the group: its thread ends with the process, for it holds nothing that could be lost.
private struct Watching: Service {
    let watch: ConsumptionWatch
    let consumer: RabbitMQConsumer

    func run() async throws {
        watch.start(consumer)
        try? await gracefulShutdown()
    }
}

/// Says that the service stops, before any part of it does; from then on another signal ends the process at once.
private struct StopNotice: Service {
    let health: Health
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        health.set(.stopping, "the service has been told to stop")
        SecondSignal.endsProcess(logger)
    }
}
