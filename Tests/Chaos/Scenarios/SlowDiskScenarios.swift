import TestSupport

/// A disk that takes a second for each commit gives time to break the line between taking, committing and acknowledging.
extension Scenario {
    private static func slow(
        _ name: String, deaths: [String: [Int32]] = [:], _ fault: @escaping @Sendable (Mart, FaultProxy, FaultyDisk) async throws -> Void
    ) -> Scenario {
        Scenario(
            name: name, node: .breakable, sales: 600, isProxied: true, faultyDisks: ["consignment"], deaths: deaths, patience: .seconds(90)
        ) { mart in
            guard let proxy = mart.proxy, let disk = mart.disks["consignment"] else { throw SupportError("no proxy or disk") }
            // The numbers of deliveries on this connection are past what the next one will begin with.
            try await mart.answeredMore(150)
            try disk.set(.verySlowSync)
            mart.trader.widen(to: 1_000)
            try await Task.sleep(for: .milliseconds(300))
            try await fault(mart, proxy, disk)
            try disk.set(.none)
        }
    }

    static let slowDisks: [Scenario] = [
        slow("acknowledgements of a lost connection are not sent on the next", deaths: ["consignment": [137]]) { mart, proxy, disk in
            // One batch is in its commit, hundreds wait behind it. The connection is lost, and they come again under low numbers.
            proxy.reset()
            // Its commit ends, and the next batch, with all the rest, is in its own.
            try await Task.sleep(for: .milliseconds(1_300))
            // What that one has written is in the kernel's hands, so only with the power does it go.
            mart.release("consignment")
            try await mart["consignment"].kill()
            mart.noteDeaths("consignment", [137])
            try FaultyDisk.cutPower(of: mart.store(of: "consignment"))
            try disk.set(.none)
            try await mart["consignment"].restart()
        },
        slow("a broker that lives and takes nothing from the relay") { mart, proxy, disk in
            mart.trader.send((0..<300).map(Trade().bigSale))
            try await Task.sleep(for: .milliseconds(1_500))
            // What is committed now is more than the buffers of both kernels hold: the relay's thread hangs in a write, and the heartbeats
            // that come in keep librabbitmq there. Only the watchdog ends that.
            try proxy.deafen("consignment relay")
            try disk.set(.none)
            try await mart.answered(mart.trader.record.read { $0.entries.count })
        },
        slow("consignment killed with a second's worth of sales uncommitted", deaths: ["consignment": [137]]) { mart, _, disk in
            try await mart.kill("consignment")
            try disk.set(.none)
            try await mart.died(["consignment"], times: 1)
        },
    ]
}
