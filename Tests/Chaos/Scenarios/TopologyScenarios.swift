import RabbitMQ
import TestSupport

/// What an operator's mistake takes away under way. What lay in a deleted queue is gone with it, so queues of events are deleted when
/// their producers are frozen and they are empty; commands are sent again by whoever waits for an answer.
extension Scenario {
    private static func mistake(
        _ name: String, isQuick: Bool = false, watches: Bool = true, deaths: [String: [Int32]] = [:], repeats: Bool = false,
        _ fault: @escaping @Sendable (Mart) async throws -> Void
    ) -> Scenario {
        Scenario(name: name, isQuick: isQuick, watches: watches, deaths: deaths, repeats: repeats) { mart in
            try await mart.answeredMore(60)
            try await fault(mart)
        }
    }

    static let topologies: [Scenario] =
        ["mart.commands", "mart.events", "mart.replies", "mart.dead"].map { exchange in
            mistake(
                "exchange \(exchange) deleted", isQuick: exchange == "mart.events", watches: exchange != "mart.events",
                repeats: exchange == "mart.replies"
            ) { mart in
                try mart.operate { channel in
                    try channel.deleteExchange(exchange)
                    // The driver's own binding went with it, and is the driver's to bring back.
                    if exchange == "mart.replies" { try Trader.bindReplies(channel) }
                }
            }
        }
        + ["settlement.events", "consignment.events"].map { queue in
            // A watcher's queue would take what finds no consumer until the queue is there again.
            mistake("queue \(queue) deleted", isQuick: queue == "settlement.events", watches: false) { mart in
                try await mart.whileEmpty(queue) { try mart.operate { _ = try $0.deleteQueue(queue) } }
            }
        }
        + ["consignment.commands", "catalog.commands", "settlement.dead"].map { queue in
            mistake("queue \(queue) deleted", repeats: true) { mart in try mart.operate { _ = try $0.deleteQueue(queue) } }
        }
        + [
            // A watcher's queue would take what no longer finds its consumer.
            mistake("binding of sales to settlement deleted", watches: false) { mart in
                try mart.operate {
                    try $0.unbindQueue("settlement.events", exchange: "mart.events", routingKey: "consignment.sale-recorded.#")
                }
            },
            mistake("binding of commands to consignment deleted", watches: false) { mart in
                try mart.operate { try $0.unbindQueue("consignment.commands", exchange: "mart.commands", routingKey: "consignment.#") }
            },
            mistake(
                "queue settlement.events declared with other arguments", deaths: ["settlement": [137, 69]]
            ) { mart in
                try await mart.whileEmpty("settlement.events") {
                    mart.release("settlement")
                    try await mart["settlement"].kill()
                    try mart.operate {
                        _ = try $0.deleteQueue("settlement.events")
                        try $0.declareQueue("settlement.events", durable: true)
                    }
                    try await mart["settlement"].restart()
                    let code = try await mart["settlement"].waitForExit()
                    mart.noteDeaths("settlement", [137, code])
                    try mart.operate { _ = try $0.deleteQueue("settlement.events") }
                    try await mart["settlement"].restart()
                    try await mart["settlement"].waitUntilReady()
                }
            },
        ]
}

extension Mart {
    /// Does something while nothing is said and a queue of events is empty.
    func whileEmpty(_ queue: String, _ body: () async throws -> Void) async throws {
        let producers = ["catalog", "permits", "consignment"]
        for producer in producers { await self[producer].pause() }
        // Whoever consumes it has taken all when nothing more comes in.
        let consumer = queue.prefix { $0 != "." }
        var last: Int64 = -1
        try await expectEventually("\(queue) is empty") {
            try await Task.sleep(for: .milliseconds(500))
            let taken = try stores().number(String(consumer), "SELECT max(position) FROM inbox")
            defer { last = taken }
            return taken == last
        }
        try await body()
        for producer in producers { await self[producer].resume() }
    }
}
