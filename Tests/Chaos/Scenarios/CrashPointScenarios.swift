import Storage

/// Every service ends itself by SIGKILL at a named point of its code, and is started again: one scenario for each point, all four services in it.
extension Scenario {
    static let crashPoints = CrashPoint.allCases.filter { !restorePoints.contains($0) }.map { point in
        Scenario(
            name: "killed at \(point.rawValue)", isQuick: quickPoints.contains(point), sales: 120, lives: lives(for: point),
            deaths: Mart.services.reduce(into: [:]) { $0[$1] = lives(for: point)[$1]?.map { _ in 137 } }, poison: poison(for: point)
        ) { mart in
            try await mart.answeredMore(40)
            switch point {
            case .parkInserted: mart.trader.send(Mart.services.map(Command.unknown))
            case .replayRequested, .replayJudged, .replayCommitted:
                try await mart.trader.answer(Mart.services.map(Command.unknown))
                mart.trader.send(Mart.services.map { Command.replayAll(in: $0, reason: "unknown-type") })
            case .backupWanted, .backupCopied, .backupNamed, .backupTaken:
                try await mart.trader.ask(Mart.services.map(Command.backup))
            case .stopDrained, .stopClosed: try await mart.terminate(Mart.services)
            case .attemptCounted, .attemptEnding, .timerDue, .timerFired, .timerCommitted, .migrationBegun, .migrationStep, .migrationDone,
                .topologyAsserted, .consumerConnected, .consumerTaken, .consumerUnacknowledged, .consumerAcknowledged, .writerBegun,
                .writerJudged, .writerCommitting, .writerCommitted, .relayRead, .relayPublished, .relayReplied, .relayConfirmed,
                .relayMarked, .restoreReady, .restoreAside:
                break
            }
            try await mart.died(amidMoreTradeOf: Mart.services, times: lives(for: point)["catalog"]?.count ?? 1)
            if backupPoints.contains(point) { try await mart.backedUp(Command.backupName) }
        }
    }

    /// Passed by `martctl restore`, and by no service.
    static let restorePoints: [CrashPoint] = [.restoreReady, .restoreAside]
    private static let backupPoints: Set<CrashPoint> = [.backupWanted, .backupCopied, .backupNamed, .backupTaken]
    private static let quickPoints: Set<CrashPoint> = [.writerCommitted, .relayPublished]

    private static func lives(for point: CrashPoint) -> [String: [[String: String]]] {
        Mart.services.reduce(into: [:]) { lives, service in
            let isBusy = service == "consignment"
            let here = "\(point.rawValue):\(passes(point, isBusy: isBusy))"
            let wishes: [String] =
                switch point {
                // Something must have come back for there to be an attempt to count.
                case .attemptCounted, .attemptEnding: ["consumer.unacknowledged:3", point.rawValue]
                default: [here]
                }
            lives[service] = wishes.map { ["MART_CRASH_AT": $0] }
        }
    }

    private static func passes(_ point: CrashPoint, isBusy: Bool) -> Int {
        switch point {
        case .consumerTaken, .consumerUnacknowledged, .consumerAcknowledged, .writerBegun, .writerCommitting, .writerCommitted:
            isBusy ? 12 : 4
        case .writerJudged: isBusy ? 30 : 7
        case .relayRead, .relayPublished, .relayConfirmed, .relayMarked: isBusy ? 8 : 3
        case .relayReplied: isBusy ? 8 : 2
        case .migrationStep: 2
        default: 1
        }
    }

    private static func poison(for point: CrashPoint) -> [String] {
        switch point {
        case .parkInserted, .replayRequested, .replayJudged, .replayCommitted: Mart.services.map { "\($0) unknown-type" }
        default: []
        }
    }
}

extension Command {
    /// A command that its service does not know: parked, and answered with a refusal.
    static func unknown(to service: String) -> Command {
        Command(name: "\(service).no-such-thing", id: "unknown-\(service)", key: service, data: "{}")
    }

    static let backupName = "amid-sales"

    static func backup(of service: String) -> Command {
        Command(
            name: "\(service).backup-store", id: "backup-\(service)", key: service, data: #"{"name":"\#(backupName)","by":"Maria"}"#)
    }

    static func replayAll(in service: String, reason: String) -> Command {
        Command(
            name: "\(service).replay-parked", id: "replay-\(service)", key: service,
            data: #"{"filter":{"reason":"\#(reason)"},"by":"Maria","reason":"once more"}"#)
    }
}
