import CatalogService
import ConsignmentService
import Contracts
import Messaging
import MessagingTesting
import PermitsService
import Primitives
import RabbitMQ
import SettlementService
import Store
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

    public static let usualSteps = 300
    static let start = BusinessDate(year: 2026, month: 2, dayOfMonth: 5)

    let settings: Settings
    let plan: Plan
    let machine: VirtualMachine
    let broker: InMemoryBroker
    let nodes: [Node]
    let desk: Desk
    var watch = Watch()
    var random: SplitMix64
    var trade: Trade
    /// Of connections that their clients have given up, until when the broker thinks they live.
    var zombies: [(zombie: Zombie, until: Int)] = []
    /// Faults that last, and until when.
    var lasting: [(end: () throws -> Void, until: Int)] = []
    /// Queues that now take a message and now do not: the real limit is soft, so that a later one may get in before an earlier.
    var refusing: [String] = []
    private let folder: StoreFolder
    /// What happened, a line a step; empty unless asked for.
    public private(set) var trace: [String] = []
    private let isTraced: Bool
    public internal(set) var step = 0

    public init(_ settings: Settings, traced: Bool = false) throws {
        self.settings = settings
        isTraced = traced
        var random = SplitMix64(seed: settings.seed)
        let plan = Plan(&random, without: settings.without)
        let machine = VirtualMachine(seed: random.next(), at: (Self.start ?? BusinessDate(day: 0)).start.adding(.seconds(7200)))
        trade = Trade(seed: random.next())
        folder = try StoreFolder()
        let path = folder.path
        let broker = InMemoryBroker()
        let definitions = [
            try CatalogService.definition(), try PermitsService.definition(), try ConsignmentService.definition(),
            try SettlementService.definition(),
        ]
        nodes = try definitions.enumerated().map { try Node($1, broker, machine, in: path, plan, place: $0) }
        desk = Desk(broker, machine)
        (self.broker, self.plan, self.machine, self.random) = (broker, plan, machine, random)
    }

    /// Runs to the end; throws what broke.
    public func run() throws {
        if plan.beginsWithMart { try openShop() }
        while step < settings.steps {
            step += 1
            try takeStep()
        }
        try settle()
        try compareWithModel()
    }

    /// A mart with products and goods, before anything goes wrong.
    private func openShop() throws {
        for _ in 0..<Self.commandsAtOpening {
            ask()
            for _ in 0..<2 { try takeRound() }
        }
    }
    private static let commandsAtOpening = 24

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
        if random.below(plan.rarity) == 0, let fault = plan.faults.sorted(by: { $0.rawValue < $1.rawValue }).randomElement(using: &random) {
            try strike(fault)
        }
        if random.below(plan.pace) == 0 { ask() }
        for queue in refusing { broker.limit(queue, to: below(2) == 0 ? 0 : nil) }
        for _ in 0..<3 { try turnSomebody() }
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
        let command = trade.next(today, machine.now)
        let wantsReply = below(16) > 0
        note("asks \(type(of: command).name) \(command.subject)\(wantsReply ? "" : ", no reply")")
        send(command, wantsReply: wantsReply)
    }

    func send(_ command: some Command, wantsReply: Bool) { desk.ask(command, wantsReply: wantsReply) }

    func turnDesk() throws {
        try desk.turn()
        for (number, reply) in desk.takeAnswers() {
            note("\(Desk.id(number)) is \(reply.status.rawValue) \(reply.code.rawValue)")
            if reply.status == .accepted { trade.learn(accepted: desk.asked[number].command.subject) }
            // What is missing may still be on its way: asked again under a new id.
            if reply.details["retriable"]?.bool == true, reply.status == .rejected, below(3) > 0 {
                send(desk.asked[number].command, wantsReply: true)
            }
        }
    }

    func write(_ node: Node, max: Int? = nil) throws {
        do {
            guard let commit = try node.write(max: max ?? 1 + below(plan.batch)) else { return }
            if !commit.judged.isEmpty || !commit.events.isEmpty {
                let judged = commit.judged.map { watch.name($0.incoming, desk) + " \($0.verdict.word)" }
                note(
                    "\(node.name) commits \(judged) and publishes \(commit.events.map { "\($0.sequence ?? 0) \($0.name) \($0.subject ?? "")" })"
                )
            }
            try watch.observe(node, commit, desk)
        } catch let error as StoreError where error.code & 0xFF == 13 {
            // SQLITE_FULL: the same batch is tried again.
            note("\(node.name) has no room on its disk")
        }
    }

    func connect() throws {
        for node in nodes { try node.connect() }
        desk.connect()
    }

    private func moveFrames(_ end: Int) throws {
        let count = plan.faults.contains(.delay) || !refusing.isEmpty ? below(4) : 1000
        let (publisher, consumer) = end < 4 ? (nodes[end].publisher, nodes[end].consumer) : (desk.publisher, desk.consumer)
        // The two connections and the two directions of each know nothing of each other.
        switch below(4) {
        case 0: publisher.arrive(count)
        case 1: try publisher.read(count)
        case 2: consumer.arrive(count)
        default: try consumer.read(count)
        }
    }
}
