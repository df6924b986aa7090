import Contracts
import Messaging
import MessagingTesting
import Platform
import Primitives
import RabbitMQ
import ServiceFramework
import Storage
import StrictJSON

/// The whole platform in one process, and everything that can go wrong with it, by one seed.
public final class Simulation {
    /// What a run is made from; the same gives the same run.
    public struct Settings: Sendable, Hashable {
        public var seed: UInt64
        public var steps: Int
        public var without: Set<Fault> = []

        public init(seed: UInt64, steps: Int) { (self.seed, self.steps) = (seed, steps) }
    }

    public static let usualSteps = 150
    static let start = BusinessDate(year: 2026, month: 2, dayOfMonth: 5)

    let settings: Settings
    let plan: Plan
    let machine: VirtualMachine
    let broker: InMemoryBroker
    let nodes: [Node]
    let desk: Desk
    var watch: Watch
    var random: SplitMix64
    var trade: Trade
    /// Of connections that their clients have given up, until when the broker thinks they live.
    var zombies: [(zombie: Zombie, until: Int)] = []
    /// Faults that last, and until when.
    var lasting: [(end: () throws -> Void, until: Int)] = []
    /// Of the service that may be restored, with what was known then.
    var backup: (place: BackupPlace, memory: Watch.Memory)?
    var hasRestored = false
    var hasDeadly = false
    /// How often a process was killed by it.
    private var deaths = 0
    /// Backups taken.
    var count = 0
    private let folder: StoreFolder
    /// What happened, a line a step; empty unless asked for.
    public private(set) var trace: [String] = []
    private let isTraced: Bool
    public internal(set) var step = 0

    public init(_ settings: Settings, traced: Bool = false) throws {
        self.settings = settings
        isTraced = traced
        var random = SplitMix64(seed: settings.seed)
        let start = Self.start ?? BusinessDate(day: 0)
        let plan = Plan(&random, from: start, without: settings.without)
        let machine = VirtualMachine(seed: random.next(), at: start.start.adding(.seconds(7200)))
        trade = Trade(seed: random.next())
        folder = try StoreFolder()
        let path = folder.path
        let broker = InMemoryBroker()
        let definitions = try Platform.services(rules: try plan.rules.map { try JSONDocument(parsing: Array($0.utf8)).root })
        nodes = try definitions.enumerated().map { try Node($1, broker, machine, in: path, plan, place: $0) }
        desk = Desk(broker, machine)
        watch = Watch(rates: plan.rates)
        clockRandom = SplitMix64(seed: plan.clockSeed)
        (self.broker, self.plan, self.machine, self.random) = (broker, plan, machine, random)
    }

    /// Decides on clocks alone, so that what happens to them leaves the rest of a run as it is.
    var clockRandom: SplitMix64

    /// Runs to the end; throws what broke.
    public func run() throws {
        if plan.beginsWithMart { try openShop() }
        while step < settings.steps {
            step += 1
            try takeStep()
        }
        try settle()
        for node in nodes { for _ in 0..<node.passedOver { watch.note("set aside") } }
        try compareWithModel()
        try liveOn(days: 3)
    }

    /// A mart with products and goods, before anything goes wrong.
    private func openShop() throws {
        try takeRound()
        for place in 0..<Self.commandsAtOpening {
            ask()
            machine.pass(300)
            // What comes later in a batch may need what came before.
            if place < 8 || place % 3 == 0 { for _ in 0..<2 { try takeRound() } }
        }
    }
    private static let commandsAtOpening = 40

    func note(_ what: @autoclosure () -> String) {
        if isTraced { trace.append("\(step) \(machine.now) \(what())") }
    }

    func below(_ bound: Int) -> Int { Int(random.below(UInt64(bound))) }

    // MARK: One step

    private func takeStep() throws {
        machine.pass(Int64(below(1500)))
        for place in lasting.indices.reversed() where lasting[place].until <= step { try lasting.remove(at: place).end() }
        for place in zombies.indices.reversed() where zombies[place].until <= step {
            zombies.remove(at: place).zombie.end(broker, arriving: below(4))
        }
        if random.below(plan.rarity) == 0, let fault = plan.faults.sorted(by: { $0.rawValue < $1.rawValue }).randomElement(using: &random),
            !fault.endsProcess || below(2) == 0
        {
            try strike(fault)
        }
        try disturbClocks()
        if random.below(plan.pace) == 0 { ask() }
        for _ in 0..<6 { try turnSomebody() }
    }

    private func turnSomebody() throws {
        switch below(7) {
        case 0, 1: try write(nodes[below(4)])
        case 2: try nodes[below(4)].relay()
        case 3: try turnDesk()
        case 4: try connect()
        default: try moveFrames(below(5))
        }
    }

    private func ask() {
        let today = BusinessDate(machine.now)
        for command in trade.next(today, machine.now) {
            let wantsReply = below(16) > 0
            note("asks \(type(of: command).name) \(command.subject)\(wantsReply ? "" : ", no reply")")
            send(command, wantsReply: wantsReply)
        }
    }

    func send(_ command: some Command, wantsReply: Bool) { desk.ask(command, wantsReply: wantsReply) }

    func turnDesk() throws {
        try desk.turn()
        for (number, reply) in desk.takeAnswers() {
            note("\(Desk.id(number)) is \(reply.status.rawValue) \(reply.code.rawValue)")
            guard let command = desk.asked[number].command else { continue }
            if reply.status == .accepted { trade.learn(accepted: command.subject) }
            // What is missing may still be on its way: asked again under a new id.
            if reply.details["retriable"]?.bool == true, reply.status == .rejected, below(3) == 0 { send(command, wantsReply: true) }
        }
    }

    func write(_ node: Node, max: Int? = nil) throws {
        let most = max ?? 1 + below(plan.batch)
        guard node.isRunning, let commit = try turn(node, most) else { return }
        try observe(commit, of: node)
        guard let failure = commit.failure else { return }
        // SQLITE_FULL: the same batch is tried again.
        guard ((failure as? StoreError)?.code ?? 0) & 0xFF == 13 else { throw failure }
        note("\(node.name) has no room on its disk")
    }

    private func turn(_ node: Node, _ most: Int) throws -> Node.Commit? {
        let commit = try node.write(max: most)
        if node.unobserved != nil { try kill(node) }
        return commit
    }

    /// The death amid a transaction that was planned has come; with a deadly message, the process is back soon and dies again.
    private func kill(_ node: Node) throws {
        watch.note("died amid a transaction")
        if let deadly = node.deadly {
            deaths += 1
            // A few are not counted: those of a batch, and those after a connection was lost.
            if deaths > 2 * Limits.attempts { throw Broken("\(node.name) is killed by \(watch.name(deadly, desk)) for ever") }
        }
        try stop(node, for: node.deadly == nil ? 40 : 3) { try $0.die() }
    }

    func observe(_ commit: Node.Commit, of node: Node) throws {
        if !commit.judged.isEmpty || !commit.events.isEmpty {
            let judged = commit.judged.map { "\($0.id ?? "?") \(watch.name($0.id ?? "", desk)) \($0.verdict.word)" }
            note(
                "\(node.name) commits \(judged) and publishes \(commit.events.map { "\($0.sequence ?? 0) \($0.name) \($0.subject ?? "")" })"
            )
        }
        try watch.observe(node, commit, desk)
        // Sometimes somebody sees at once that the message is not at fault.
        if commit.judged.contains(where: { $0.verdict == .parked(.poison) }), below(2) == 0 { replayParked(of: node) }
    }

    func connect() throws {
        for node in nodes { try node.connect() }
        desk.connect()
    }

    private func moveFrames(_ end: Int) throws {
        let count = plan.faults.contains(.delay) ? below(4) : 1000
        let (publisher, consumer) = end < 4 ? (nodes[end].publisher, nodes[end].consumer) : (desk.publisher, desk.consumer)
        // The two connections and the two directions of each know nothing of each other.
        for _ in 0..<2 {
            switch below(4) {
            case 0:
                publisher.arrive(count)
                if end < 4 { nodes[end].queuePublisher.arrive(count) }
            case 1:
                try publisher.read(count)
                if end < 4 { try nodes[end].queuePublisher.read(count) }
            case 2: consumer.arrive(count)
            default: try consumer.read(count)
            }
        }
    }
}
