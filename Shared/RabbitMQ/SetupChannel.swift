/// Declarations on a fresh connection, before anything is published or consumed on it.
///
/// Exists only inside a setup closure, on the thread of the connection: it cannot be kept or sent elsewhere. Every call waits
/// for the broker's answer, at most `RabbitMQConfiguration.rpcTimeout`. After an error the connection is dropped (the broker closes
/// the channel with most of them): every later call throws the same error, and catching it in the closure does not help.
public final class SetupChannel {
    private let connection: NativeConnection
    private var failure: RabbitMQError?
    private var isOpen = true
    private let onCall: () -> Void

    /// - Parameter onCall: called before each RPC; tells the watchdog that the thread lives.
    init(_ connection: NativeConnection, onCall: @escaping () -> Void) {
        self.connection = connection
        self.onCall = onCall
    }

    /// What the broker says of itself: `product`, `version`, `platform`, `cluster_name`, `capabilities` …
    public var serverProperties: [String: FieldValue] { connection.serverProperties }

    /// Declares an exchange, or with `passive` checks that it exists.
    /// - Throws: `.preconditionFailed` (another type or durability), `.accessRefused`, `.notFound` (passive).
    public func declareExchange(_ name: String, type: String, durable: Bool, passive: Bool = false) throws(RabbitMQError) {
        try call { () throws(RabbitMQError) in
            try connection.declareExchange(name, type: type, durable: durable, passive: passive)
        }
    }

    /// Declares a queue, or with `passive` checks that it exists (that needs no right). An empty name lets the broker choose one.
    /// - Returns: the queue's name, and how many messages are ready and consumers attached.
    /// - Throws: `.preconditionFailed` (other arguments), `.accessRefused`, `.resourceLocked` (another's exclusive queue), `.notFound`.
    @discardableResult
    public func declareQueue(
        _ name: String, durable: Bool = true, exclusive: Bool = false, autoDelete: Bool = false, passive: Bool = false,
        arguments: [String: FieldValue] = [:]
    ) throws(RabbitMQError) -> (name: String, messageCount: UInt32, consumerCount: UInt32) {
        try call { () throws(RabbitMQError) in
            try connection.declareQueue(
                name, durable: durable, exclusive: exclusive, autoDelete: autoDelete, passive: passive, arguments: arguments)
        }
    }

    /// Binds a queue to an exchange. Binding it again changes nothing.
    /// - Throws: `.notFound`, `.accessRefused`.
    public func bindQueue(
        _ queue: String, exchange: String, routingKey: String, arguments: [String: FieldValue] = [:]
    ) throws(RabbitMQError) {
        try call { () throws(RabbitMQError) in
            try connection.bindQueue(queue, exchange: exchange, routingKey: routingKey, arguments: arguments)
        }
    }

    /// Declares a piece of the topology, as the call of its kind above.
    public func declare(_ declaration: Declaration) throws(RabbitMQError) {
        switch declaration {
        case .exchange(let name, let type, let passive): try declareExchange(name, type: type, durable: true, passive: passive)
        case .queue(let name, let arguments, let passive): try declareQueue(name, passive: passive, arguments: arguments)
        case .binding(let queue, let exchange, let routingKey): try bindQueue(queue, exchange: exchange, routingKey: routingKey)
        }
    }

    /// Removes a binding. Removing one that is not there is no error.
    /// - Throws: `.accessRefused`.
    public func unbindQueue(
        _ queue: String, exchange: String, routingKey: String, arguments: [String: FieldValue] = [:]
    ) throws(RabbitMQError) {
        try call { () throws(RabbitMQError) in
            try connection.unbindQueue(queue, exchange: exchange, routingKey: routingKey, arguments: arguments)
        }
    }

    /// Deletes a queue with its messages. Deleting one that is not there is no error.
    /// - Returns: how many ready messages went with it.
    /// - Throws: `.accessRefused`, `.preconditionFailed` (`ifUnused`, `ifEmpty`), `.resourceLocked`.
    @discardableResult
    public func deleteQueue(_ queue: String, ifUnused: Bool = false, ifEmpty: Bool = false) throws(RabbitMQError) -> UInt32 {
        try call { () throws(RabbitMQError) in
            try connection.deleteQueue(queue, ifUnused: ifUnused, ifEmpty: ifEmpty)
        }
    }

    /// Deletes an exchange with its bindings. Deleting one that is not there is no error.
    /// - Throws: `.accessRefused`, `.preconditionFailed` (`ifUnused`).
    public func deleteExchange(_ exchange: String, ifUnused: Bool = false) throws(RabbitMQError) {
        try call { () throws(RabbitMQError) in try connection.deleteExchange(exchange, ifUnused: ifUnused) }
    }

    /// Removes all ready messages of a queue.
    /// - Returns: how many.
    /// - Throws: `.notFound`, `.accessRefused`, `.resourceLocked`.
    @discardableResult
    public func purgeQueue(_ queue: String) throws(RabbitMQError) -> UInt32 {
        try call { () throws(RabbitMQError) in try connection.purgeQueue(queue) }
    }

    /// Ends the setup: later calls are a mistake of the closure that kept the channel.
    /// - Throws: the first error, if a call failed and the closure swallowed it.
    func finish() throws(RabbitMQError) {
        isOpen = false
        if let failure { throw failure }
    }

    private func call<Value>(_ rpc: () throws(RabbitMQError) -> Value) throws(RabbitMQError) -> Value {
        precondition(isOpen, "A SetupChannel is used outside of its setup closure")
        if let failure { throw failure }
        onCall()
        do {
            return try rpc()
        } catch {
            failure = error
            throw error
        }
    }
}

extension SetupChannel {
    /// Makes a connection of its own, runs the closure over it and closes it: for tools and tests that only declare or look.
    ///
    /// Tries each host once. **Blocks the calling thread**, for each host at most the time limits of the configuration.
    /// - Throws: what connecting or the closure threw; an error of the closure's own becomes `.setupFailed`.
    public static func run<Value>(
        on configuration: RabbitMQConfiguration, _ body: (SetupChannel) throws -> Value
    ) throws(RabbitMQError) -> Value {
        let connection = try openFirst(configuration)
        let channel = SetupChannel(connection) {}
        let value: Value
        do {
            value = try body(channel)
        } catch let error as RabbitMQError {
            throw error
        } catch {
            throw .setupFailed(error)
        }
        try channel.finish()
        try connection.close(within: configuration.rpcTimeout)
        return value
    }

    private static func openFirst(_ configuration: RabbitMQConfiguration) throws(RabbitMQError) -> NativeConnection {
        var failure = RabbitMQError.invalidConfiguration("no host")
        for host in configuration.hosts {
            do {
                return try NativeConnection.open(configuration, host: host, name: "\(configuration.connectionName) setup")
            } catch {
                failure = error
            }
        }
        throw failure
    }
}
