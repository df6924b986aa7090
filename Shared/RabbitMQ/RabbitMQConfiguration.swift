/// Where the broker is and how to speak with it.
public struct RabbitMQConfiguration: Sendable {
    /// One broker node.
    public struct Host: Sendable, Hashable {
        public var name: String
        public var port: UInt16

        public init(name: String, port: UInt16) {
            self.name = name
            self.port = port
        }
    }

    /// The nodes of the cluster, tried in turn.
    public var hosts: [Host]
    public var user: String
    /// Never part of a description or an error.
    public var password: String
    public var virtualHost: String
    /// Whether to speak TLS (1.2 or newer). The broker's certificate must be valid for the host's DNS name.
    public var tls: Bool
    /// PEM file of the authorities to trust; `nil` means the system's bundle.
    public var caFile: String?
    /// PEM files of the client's own certificate and key, if the broker asks for one.
    public var certFile: String?
    public var keyFile: String?

    /// Time between heartbeats, in whole seconds, at least 1 s. The broker may ask for a shorter one.
    public var heartbeat: Duration = RabbitMQLimits.heartbeat
    /// Limit for the TCP connection and, separately, for the handshake.
    public var connectTimeout: Duration = RabbitMQLimits.connectTimeout
    /// Limit for one RPC, e.g. a declaration.
    public var rpcTimeout: Duration = RabbitMQLimits.rpcTimeout
    /// The name by which operators see the connection; publisher and consumer append what they are.
    public var connectionName: String = "swift-rabbitmq"
    /// Largest frame in bytes, 8192 to 131,072.
    public var frameMax: Int = RabbitMQLimits.frameBytes

    /// Reads `amqp://user:password@host:port/vhost`.
    ///
    /// Several hosts are separated by commas (`amqp://u:p@h1:5672,h2:5672/%2f`), user, password and virtual host are
    /// percent-decoded, IPv6 addresses stand in brackets. `amqps` means TLS and port 5671. Missing parts default to
    /// `guest`, `guest`, port 5672 and virtual host `/`.
    /// - Throws: `.invalidConfiguration`, which names the part at fault but never quotes it.
    public init(url: String) throws(RabbitMQError) {
        let parts = try ConfigurationURL(url)
        hosts = parts.hosts
        user = parts.user ?? "guest"
        password = parts.password ?? "guest"
        virtualHost = parts.virtualHost ?? "/"
        tls = parts.tls
    }

    /// The node to try at the given attempt, counted from 0.
    func host(attempt: Int) -> Host { hosts[attempt % hosts.count] }

    /// What cannot be said by the types. Called before each attempt to connect.
    func validate() throws(RabbitMQError) {
        if hosts.isEmpty { throw .invalidConfiguration("no host") }
        if heartbeat < .seconds(1) || heartbeat > .seconds(3600) { throw .invalidConfiguration("heartbeat is not within 1 s and 1 h") }
        if connectTimeout <= .zero || rpcTimeout <= .zero { throw .invalidConfiguration("a time limit is not positive") }
        if frameMax < RabbitMQLimits.minFrameBytes || frameMax > RabbitMQLimits.frameBytes {
            throw .invalidConfiguration("frameMax is not within \(RabbitMQLimits.minFrameBytes) and \(RabbitMQLimits.frameBytes)")
        }
        if (certFile == nil) != (keyFile == nil) {
            throw .invalidConfiguration("a certificate and its key go together, and one is missing")
        }
    }
}

extension RabbitMQConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Scheme, user, hosts and virtual host; no password.
    public var description: String {
        let list = hosts.map { "\($0.name):\($0.port)" }.joined(separator: ",")
        return "\(tls ? "amqps" : "amqp")://\(user)@\(list) vhost \(virtualHost)"
    }
    public var debugDescription: String { description }
    /// So that `dump` and a logger's reflection do not show the password either.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
