import Foundation

/// A program that settles sales: it consumes `settlement.events`, writes a store, and publishes `settlement-posted`.
struct Contender: Sendable {
    let name: String
    /// Shown in the table.
    let title: String
    /// One message at a time, so a fraction of the sales is enough.
    var isOneByOne = false

    static let all = [
        Contender(name: "ours", title: "Settlement (ours)"),
        Contender(name: "c", title: "C limit"),
        Contender(name: "go-batch", title: "Go amqp091, batched"),
        Contender(name: "python-batch", title: "Python pika, batched"),
        // As examples and tutorials teach it, prefetch 1; and with the next messages on their way meanwhile.
        Contender(name: "go-one", title: "Go amqp091, one by one", isOneByOne: true),
        Contender(name: "python-one", title: "Python pika, one by one", isOneByOne: true),
        Contender(name: "go-one-prefetched", title: "Go amqp091, one by one, prefetch 2,000", isOneByOne: true),
        Contender(name: "python-one-prefetched", title: "Python pika, one by one, prefetch 2,000", isOneByOne: true),
    ]

    func start(in lab: Lab, store: URL) throws -> Program {
        let file = store.appendingPathComponent("settlement.sqlite").path
        let log = lab.folder.appendingPathComponent("\(name).log")
        let place = ["127.0.0.1", "\(lab.port)", file]
        switch name {
        case "ours": return try lab.startService("settlement", data: store)
        case "c": return try Program([Lab.built("c-limit")] + place, log: log)
        case "go-batch": return try Program([Lab.built("go-settle"), lab.amqpURL, file, "1000", "2000"], log: log)
        case "go-one": return try Program([Lab.built("go-settle"), lab.amqpURL, file, "1", "1"], log: log)
        case "go-one-prefetched": return try Program([Lab.built("go-settle"), lab.amqpURL, file, "1", "2000"], log: log)
        case "python-batch": return try python("batched.py", [lab.amqpURL, file], log)
        case "python-one": return try python("one_by_one.py", [lab.amqpURL, file, "1"], log)
        case "python-one-prefetched": return try python("one_by_one.py", [lab.amqpURL, file, "2000"], log)
        default: throw BenchError("no contender \(name)")
        }
    }

    private func python(_ script: String, _ arguments: [String], _ log: URL) throws -> Program {
        try Program([Lab.built("python/bin/python3"), Lab.contender("Python/\(script)")] + arguments, log: log)
    }
}
