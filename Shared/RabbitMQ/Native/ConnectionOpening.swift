import CRabbitMQ
import Glibc

extension NativeConnection {
    /// Connects, logs in and opens the channel.
    /// - Parameter name: the connection's name for the broker's operators.
    static func open(
        _ configuration: RabbitMQConfiguration, host: RabbitMQConfiguration.Host, name: String
    ) throws(RabbitMQError) -> NativeConnection {
        try configuration.validate()
        guard let handle = amqp_new_connection() else { throw .connectFailed("no memory for a connection") }
        do {
            try openSocket(handle, configuration, host)
            var limit = configuration.connectTimeout.timeval
            amqp_set_handshake_timeout(handle, &limit)
            try logIn(handle, configuration, host, name: name)
            limit = configuration.rpcTimeout.timeval
            amqp_set_rpc_timeout(handle, &limit)
        } catch {
            amqp_destroy_connection(handle)
            throw error
        }
        let connection = NativeConnection(adopting: handle, isEncrypted: configuration.tls)
        try connection.openChannel()
        return connection
    }

    private static func openSocket(
        _ handle: amqp_connection_state_t, _ configuration: RabbitMQConfiguration, _ host: RabbitMQConfiguration.Host
    ) throws(RabbitMQError) {
        let place = "\(host.name):\(host.port)"
        let socket: OpaquePointer
        if configuration.tls {
            socket = try TLS.socket(of: handle, configuration)
        } else {
            guard let plain = amqp_tcp_socket_new(handle) else { throw .connectFailed("no memory for a socket") }
            socket = plain
        }
        var limit = configuration.connectTimeout.timeval
        _ = TLS.takeReason()
        let status = amqp_socket_open_noblock(socket, host.name, Int32(host.port), &limit)
        if status == AMQP_STATUS_OK.rawValue { return }
        let failure = error(status, "connecting to \(place)")
        if failure.code != .tlsFailed { throw .connectFailed(failure.context) }
        throw .tlsFailed(failure.context + TLS.because(TLS.takeReason()), isRetriable: failure.isRetriable)
    }

    private static func logIn(
        _ handle: amqp_connection_state_t, _ configuration: RabbitMQConfiguration, _ host: RabbitMQConfiguration.Host, name: String
    ) throws(RabbitMQError) {
        // Merged with the library's own. Without these a memory alarm swallows publishes and a deleted queue is silence.
        let arena = Arena()
        var properties = arena.table([
            "connection_name": .string(name),
            "capabilities": .table([
                "connection.blocked": true, "consumer_cancel_notify": true, "basic.nack": true, "publisher_confirms": true,
                "authentication_failure_close": true,
            ]),
        ])
        let reply = crabbitmq_login_plain(
            handle, configuration.virtualHost, 1, Int32(configuration.frameMax), Int32(configuration.heartbeat.components.seconds),
            &properties, configuration.user, configuration.password)
        if reply.reply_type == AMQP_RESPONSE_NORMAL { return }
        let failure = error(reply, "logging in at \(host.name):\(host.port)")
        // 403: user or password; 530: virtual host, or too many connections, which is a matter of waiting. A broker that is still booting also
        // closes, but with other codes.
        if failure.replyCode == 403 || failure.replyCode == 530, !RabbitMQError.isAboutLimit(failure.replyText ?? "") {
            throw .authenticationRefused(failure.context, replyCode: failure.replyCode, replyText: failure.replyText)
        }
        if failure.replyCode == nil { try explain(failure, configuration, host) }
        throw failure
    }

    /// A connection that ends before the broker has said a word has often to do with TLS.
    private static func explain(
        _ failure: RabbitMQError, _ configuration: RabbitMQConfiguration, _ host: RabbitMQConfiguration.Host
    ) throws(RabbitMQError) {
        if configuration.tls {
            // With TLS 1.3 a broker refuses a missing certificate only after the handshake.
            if let reason = TLS.takeReason() { throw .tlsFailed("\(failure.context) (\(reason))", isRetriable: false) }
            if configuration.certFile == nil, failure.code == .connectionLost {
                throw .connectionLost("\(failure.context) (no certificate is set, should the broker ask for one)")
            }
        } else if TLS.isSpoken(at: host, within: min(configuration.connectTimeout, RabbitMQLimits.tlsProbe)) {
            throw .tlsFailed("\(host.name):\(host.port) speaks TLS: the URL must begin with amqps://", isRetriable: false)
        }
    }
}
