import CRabbitMQ
import Glibc

/// What TLS needs before the first byte: versions, authorities, our own certificate.
enum TLS {
    /// Makes the library's TLS socket as the configuration wants it. It belongs to the connection state.
    static func socket(
        of handle: amqp_connection_state_t, _ configuration: RabbitMQConfiguration
    ) throws(RabbitMQError) -> OpaquePointer {
        guard let socket = amqp_ssl_socket_new(handle) else { throw .tlsFailed("no TLS socket", isRetriable: true) }
        // The floor first: the library's own default allows versions that are broken.
        if amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) != AMQP_STATUS_OK.rawValue {
            throw .tlsFailed("TLS 1.2 cannot be made the oldest version", isRetriable: false)
        }
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 1)
        _ = takeReason()
        let caFile = configuration.caFile ?? RabbitMQLimits.systemCertificates
        if amqp_ssl_socket_set_cacert(socket, caFile) != AMQP_STATUS_OK.rawValue {
            throw .tlsFailed("\(caFile) holds no certificate of an authority\(because(takeReason()))", isRetriable: false)
        }
        if let certFile = configuration.certFile, let keyFile = configuration.keyFile,
            amqp_ssl_socket_set_key(socket, certFile, keyFile) != AMQP_STATUS_OK.rawValue
        {
            throw .tlsFailed(
                "the certificate in \(certFile) and the key in \(keyFile) cannot be used together\(because(takeReason()))",
                isRetriable: false)
        }
        return socket
    }

    /// Why TLS failed last on this thread, in OpenSSL's words.
    static func takeReason() -> String? { crabbitmq_take_tls_reason().map { String(cString: $0) } }

    static func because(_ reason: String?) -> String { reason.map { " (\($0))" } ?? "" }

    /// Whether TLS is spoken at a place where plain AMQP was not understood. Asked only after a failure: it costs a connection.
    static func isSpoken(at host: RabbitMQConfiguration.Host, within limit: Duration) -> Bool {
        guard let handle = amqp_new_connection() else { return false }
        defer { amqp_destroy_connection(handle) }
        var timeout = limit.timeval
        guard let plain = amqp_tcp_socket_new(handle),
            amqp_socket_open_noblock(plain, host.name, Int32(host.port), &timeout) == AMQP_STATUS_OK.rawValue
        else { return false }
        let socket = amqp_get_sockfd(handle)
        let header: [UInt8] = Array("AMQP".utf8) + [0, 0, 9, 1]
        guard send(socket, header, header.count, Int32(MSG_NOSIGNAL)) == header.count else { return false }
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, limit.pollMilliseconds) == 1 else { return false }
        var first: UInt8 = 0
        // A TLS peer answers what it does not understand with an alert, record type 21.
        return recv(socket, &first, 1, 0) == 1 && first == 21
    }
}

extension RabbitMQConfiguration {
    /// Checks what can be known without a broker: limits, and that the files of certificates and key are there, fit, and are not
    /// named in vain. Reads the files.
    /// - Throws: `.invalidConfiguration` or `.tlsFailed`; the context names the file at fault and never quotes it.
    public func check() throws(RabbitMQError) {
        try validate()
        for path in [caFile, certFile, keyFile].compactMap({ $0 }) {
            let text = try Self.text(of: path)
            // OpenSSL would ask for the passphrase at the terminal, and wait.
            if path == keyFile, text.contains("ENCRYPTED") {
                throw .invalidConfiguration("the key in \(path) has a passphrase, and nobody to say it")
            }
        }
        guard tls else {
            if [caFile, certFile, keyFile].contains(where: { $0 != nil }) {
                throw .invalidConfiguration("they are for amqps://, and the URL says amqp://: nothing would be encrypted")
            }
            return
        }
        guard let handle = amqp_new_connection() else { throw .connectFailed("no memory for a connection") }
        defer { amqp_destroy_connection(handle) }
        _ = try TLS.socket(of: handle, self)
    }

    private static func text(of path: String) throws(RabbitMQError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .invalidConfiguration("the file \(path) cannot be read (\(String(cString: strerror(errno))))") }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: RabbitMQLimits.certificateFileBytes)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw .invalidConfiguration("the file \(path) cannot be read (\(String(cString: strerror(errno))))") }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
