import RabbitMQ
import TestSupport

extension Stack {
    /// Port and virtual host of its broker.
    var broker: (port: Int, virtualHost: String)? {
        guard let configuration = try? RabbitMQConfiguration(url: amqpURL), let host = configuration.hosts.first else { return nil }
        return (Int(host.port), configuration.virtualHost)
    }
}
