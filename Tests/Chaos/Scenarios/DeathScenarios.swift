import Foundation
import StrictJSON
import TestSupport

/// Services that die, freeze or are told to stop while sales are under way.
extension Scenario {
    static let lifecycles: [Scenario] =
        Mart.services.map { service in
            Scenario(name: "\(service) killed amid sales", isQuick: service == "settlement", deaths: [service: [137]]) { mart in
                try await mart.answeredMore(60)
                try await mart.kill(service)
                try await mart.died([service], times: 1)
            }
        } + [
            Scenario(
                name: "all four services killed at once, twice",
                deaths: Mart.services.reduce(into: [:]) { $0[$1] = [137, 137] }
            ) { mart in
                for round in 1...2 {
                    try await mart.answeredMore(50)
                    try await mart.kill(Mart.services)
                    try await mart.died(Mart.services, times: round)
                }
            },
            Scenario(name: "consignment killed again and again", deaths: ["consignment": Array(repeating: 137, count: 6)]) { mart in
                for round in 1...6 {
                    try await mart.answeredMore(15)
                    try await mart.kill("consignment")
                    try await mart.died(["consignment"], times: round)
                }
            },
            Scenario(
                name: "SIGTERM under full load drains in under 5 s", isQuick: true, sales: 600,
                deaths: Mart.services.reduce(into: [:]) { $0[$1] = [0] }
            ) { mart in
                try await mart.answeredMore(60)
                let told = ContinuousClock.now
                try await mart.terminate(Mart.services)
                try await mart.died(Mart.services, times: 1)
                let took = told.duration(to: .now)
                if took > .seconds(5) { throw SupportError("the services took \(took) to stop") }
            },
            Scenario(name: "a second SIGTERM stops at once", node: .breakable, deaths: ["consignment": [75]]) { mart in
                try await mart.answeredMore(60)
                // When the broker takes nothing the outbox cannot be drained, which is what the first signal waits for.
                try await mart.block("set_vm_memory_high_watermark", "0.0000001")
                try await expectEventually("consignment has something to send") {
                    try await mart.status(of: "consignment")["outboxPending"]?.int64 ?? 0 > 0
                }
                try await mart.terminate(["consignment"])
                try await expectEventually("it is stopping") {
                    String(decoding: try await mart["consignment"].get("/readyz").body, as: UTF8.self).contains("stopping")
                }
                let told = ContinuousClock.now
                try await mart.terminate(["consignment"])
                try await mart.ended(["consignment"], times: 1)
                let took = told.duration(to: .now)
                if took > .seconds(1) { throw SupportError("it took \(took) to stop at once") }
                try await mart.broker.control("set_vm_memory_high_watermark", "0.4")
            },
            Scenario(name: "every command comes a second time, later") { mart in
                let all = mart.trader.record.read { $0.entries.count }
                try await mart.answered(all)
                try await Task.sleep(for: .seconds(3))
                mart.trader.send(mart.trader.record.read { $0.entries.map(\.command) })
            },
            Scenario(name: "a frozen settlement thaws") { mart in
                try await mart.answeredMore(60)
                await mart["settlement"].pause()
                try await mart.answeredMore(60)
                await mart["settlement"].resume()
            },
            Scenario(name: "consignment frozen for longer than the broker waits", node: .breakable) { mart in
                try await mart.answeredMore(60)
                await mart["consignment"].pause()
                // Three heartbeats of 2 s: the broker has closed the connections by then.
                try await Task.sleep(for: .seconds(8))
                await mart["consignment"].resume()
            },
        ]
}
