public import Contracts
import Foundation
import GRDB
import Logging
public import Messaging
import Primitives
import RabbitMQ
public import ServiceFramework
import ServiceLifecycle
import Storage
public import StrictJSON

/// Runs one service as a process: settings, store, broker, read side, and an orderly end.
public enum ServiceMain {
    /// - Parameters:
    ///   - make: the service's index, built with the rules of `MART_RULES` (nil: the built-in ones).
    ///   - topology: who consumes what on the platform: the generated manifest.
    public static func run(
        _ make: @Sendable (JSONValue?) throws(InvalidData) -> ServiceDefinition, topology: Topology
    ) async -> Never {
        StraySignals.ignore()
        Descriptors.raiseLimit()
        let builtIn: ServiceDefinition
        do throws(InvalidData) {
            builtIn = try make(nil)
        } catch {
            FatalExit.now(.unexpected, "the built-in rules are wrong: \(error)")
        }
        let settings = await readSettings(builtIn)
        var logger = Logger(label: builtIn.name) { LineLog(logLevel: settings.logLevel, label: $0, isJSON: settings.logsJSON) }
        logger.logLevel = settings.logLevel
        for fault in [CrashPoint.fault, Patience.fault] { if let fault { FatalExit.now(.configuration, fault) } }
        let definition: ServiceDefinition
        do throws(InvalidData) {
            definition = try make(settings.rules)
        } catch {
            FatalExit.now(.configuration, "MART_RULES: \(error)")
        }
        let store: ServiceStore
        let processor: BatchProcessor
        do {
            store = try ServiceStore(
                definition, topology: topology, folder: settings.dataFolder, backups: settings.backupFolder, clock: settings.clock,
                told: settings.beginning)
            processor = try BatchProcessor(store, repliesToQueues: settings.repliesToQueues)
            processor.keepsRoutine = settings.logLevel <= .debug
        } catch StoreOpenError.failed(let path, let reason) {
            // A disk that is full or fails now may not be so when the service is started again; what is refused for good is not tried again.
            FatalExit.now(.unexpected, "\(StoreOpenError.failed(path: path, reason: reason))", logger)
        } catch {
            FatalExit.now(.unavailable, "\(error)", logger)
        }
        for remark in store.file.remarks { logger.warning("\(remark)") }
        if let start = settings.businessStart {
            logger.warning(
                "the business clock does not follow the system: MART_NOW is set",
                metadata: ["business.start": "\(start)", "business.now": "\(store.clock.now)"])
        }
        await ServiceProcess(definition, store, settings, logger).run(processor)
    }

    private static func readSettings(_ definition: ServiceDefinition) async -> ServiceSettings {
        do {
            let request = try ServiceSettings.read(
                service: definition.name, port: definition.port, arguments: Array(CommandLine.arguments.dropFirst()),
                environment: ProcessInfo.processInfo.environment)
            switch request {
            case .run(let settings): return settings
            case .health(let settings): exit(await HealthProbe.run(definition.name, settings).rawValue)
            case .help(let text):
                FileHandle.standardOutput.write(Data((text + "\n").utf8))
                exit(0)
            }
        } catch {
            FatalExit.now(.configuration, "\(definition.name): \(error)")
        }
    }
}
