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
        let connection = NativeConnection(adopting: handle)
        try connection.openChannel()
        return connection
    }

    private static func openSocket(
        _ handle: amqp_connection_state_t, _ configuration: RabbitMQConfiguration, _ host: RabbitMQConfiguration.Host
    ) throws(RabbitMQError) {
        let place = "\(host.name):\(host.port)"
        let socket: OpaquePointer?
        if configuration.tls {
            socket = amqp_ssl_socket_new(handle)
            guard let socket else { throw .tlsFailed("no TLS socket", isRetriable: true) }
            try prepareTLS(socket, configuration)
        } else {
            socket = amqp_tcp_socket_new(handle)
        }
        guard let socket else { throw .connectFailed("no memory for a socket") }
        var limit = configuration.connectTimeout.timeval
        let status = amqp_socket_open_noblock(socket, host.name, Int32(host.port), &limit)
        if status == AMQP_STATUS_OK.rawValue { return }
        let failure = error(status, "connecting to \(place)")
        if failure.code == .tlsFailed { throw failure }
        throw .connectFailed(failure.context)
    }

    private static func prepareTLS(_ socket: OpaquePointer, _ configuration: RabbitMQConfiguration) throws(RabbitMQError) {
        // The floor first: the library's own default allows versions that are broken.
        if amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) != AMQP_STATUS_OK.rawValue {
            throw .tlsFailed("TLS 1.2 cannot be made the oldest version", isRetriable: false)
        }
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 1)
        let caFile = configuration.caFile ?? RabbitMQLimits.systemCertificates
        if amqp_ssl_socket_set_cacert(socket, caFile) != AMQP_STATUS_OK.rawValue {
            throw .tlsFailed("the authorities in \(caFile) cannot be read", isRetriable: false)
        }
        if let certFile = configuration.certFile, let keyFile = configuration.keyFile,
            amqp_ssl_socket_set_key(socket, certFile, keyFile) != AMQP_STATUS_OK.rawValue
        {
            throw .tlsFailed("the certificate in \(certFile) or the key in \(keyFile) cannot be read", isRetriable: false)
        }
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
        // 403: user or password; 530: virtual host. A broker that is still booting also closes, but with other codes.
        if failure.replyCode == 403 || failure.replyCode == 530 {
            throw .authenticationRefused(failure.context, replyCode: failure.replyCode, replyText: failure.replyText)
        }
        throw failure
    }
}
