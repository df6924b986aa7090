/// Every number of this module that is not a setting of `RabbitMQConfiguration` or `PublisherLimits`.
public enum RabbitMQLimits {
    /// The longest AMQP short string: exchange, routing key, text properties, header names. Bytes.
    public static let shortStringBytes = 255
    /// What is kept of a body over the subscription's limit. Bytes.
    public static let truncatedBodyBytes = 4096
    /// The largest body that is published or by default taken; RabbitMQ 4 refuses larger ones. Bytes.
    public static let maxBodyBytes = 16 << 20
    /// The largest frame we ask for. Bytes; RabbitMQ demands at least 8192.
    public static let frameBytes = 131_072
    /// Smallest frame size that RabbitMQ 4 accepts. Bytes.
    public static let minFrameBytes = 8192
    /// How deep headers may nest; deeper values decode to `null` and are refused on the way out.
    public static let headerDepth = 8
    /// What a header frame holds besides the header table and text properties: frame and class header, flags, numbers. Bytes.
    static let headerFrameOverheadBytes = 64

    /// The authorities that are trusted when the configuration names none (Debian's place).
    static let systemCertificates = "/etc/ssl/certs/ca-certificates.crt"

    /// How much of a certificate's or key's file is looked at before OpenSSL reads it. Bytes.
    static let certificateFileBytes = 64 << 10
    /// How long it is asked whether a port that does not understand plain AMQP speaks TLS.
    static let tlsProbe: Duration = .seconds(1)

    /// Default time between heartbeats.
    public static let heartbeat: Duration = .seconds(10)
    /// Default limit for the TCP connection and, separately, for the handshake.
    public static let connectTimeout: Duration = .seconds(5)
    /// Default limit for one RPC (declare, bind, close).
    public static let rpcTimeout: Duration = .seconds(10)
    /// The I/O thread turns at least this often, since heartbeats are served by turning. Milliseconds.
    static let turnMilliseconds: Int32 = 200
    /// The watchdog ends a connection whose thread has not turned for so many heartbeats.
    static let watchdogHeartbeats = 2

    /// How often the watchdog looks. It cuts a hung connection at most this much late.
    static let watchdogPeriod: Duration = .milliseconds(250)
    /// How long after the end of a shutdown's time the watchdog cuts the connection.
    static let stopGrace: Duration = .milliseconds(500)

    /// Most deliveries read before they are handed over. Bounds the latency of a turn, not the throughput.
    static let deliveriesPerTurn = 256
    /// A consumer stops reading while so much is in hand: read and not yet acknowledged or rejected. One message more always fits, however large it
    /// is. Small messages meet the prefetch long before. Bytes.
    public static let bytesInHand = 32 << 20
    /// What a delivery takes besides its body. Bytes.
    static let deliveryOverheadBytes = 512
    /// Header frames up to here are within that overhead; beyond …
    static let smallHeaderBytes = 1024
    /// … a byte of a header takes so many when it is decoded, at worst: a list of nothings.
    static let decodedBytesPerHeaderByte = 32

    /// About what a delivery takes in memory.
    static func bytesInMemory(body: Int, header: Int) -> Int {
        body + deliveryOverheadBytes + (header > smallHeaderBytes ? header * decodedBytesPerHeaderByte : 0)
    }

    /// A consumer that does not read for now takes the connection for dead when the peer's machine has taken nothing for so many heartbeats.
    static let silentHeartbeats = 3

    /// Most frames a publisher reads in one turn.
    static let framesPerTurn = 4096
    /// A publisher reads what has come in after so many messages written …
    static let messagesBetweenReads = 64
    /// … or so many body bytes, so that returned messages cannot fill both directions of the connection.
    static let bytesBetweenReads = 256 << 10

    /// About the time before the second attempt to connect; doubles with each failure.
    static let firstReconnectDelay: Duration = .milliseconds(50)
    /// The longest time between two attempts in the first minute.
    static let earlyReconnectDelay: Duration = .milliseconds(500)
    /// The longest time between two attempts after that.
    static let lateReconnectDelay: Duration = .seconds(5)
    /// How long the early delays are used.
    static let earlyReconnectPeriod: Duration = .seconds(60)
    /// A connection that lived so long ends the previous series of failures.
    static let stableConnection: Duration = .seconds(5)

    /// The same failure is logged again after so long; the attempts between are logged for debugging only.
    static let repeatedLogPeriod: Duration = .seconds(30)

    /// The watchdog's stack, which calls loggers. Bytes.
    static let watchdogStackBytes = 512 << 10
    /// The I/O thread's stack. librabbitmq decodes nested tables by recursion without a limit: a full frame of nested arrays
    /// (5 bytes each) crashed with 2 MB and did not with 4 MB. Only touched pages cost memory. Bytes.
    static let threadStackBytes = 16 << 20
    /// Messages that are published together are written when they are so many bytes, about what one segment of the kernel's holds.
    static let writeBytes = 64 << 10
    /// Strings and tables of one outgoing message are encoded here; grows when one needs more. Bytes.
    static let arenaBytes = 32 << 10
}

/// How much a publisher keeps in flight and waits for.
public struct PublisherLimits: Sendable, Hashable {
    /// Most messages written and not yet confirmed. A quorum queue needs some hundreds for full throughput; with more, the broker's
    /// channel keeps its confirms until it has nothing else to do, and costs more for each.
    public var window: Int = 256
    /// Most messages handed in and not yet settled; the rest settles as `.lost` at once, or throws `.overloaded`.
    public var maxQueued: Int = 65_536
    /// A message unconfirmed for so long ends the connection. Stands still while the broker blocks.
    public var confirmTimeout: Duration = .seconds(30)
    /// After nothing but nacks for so long the connection is opened anew; doubles each time without an ack, to at most 32 times.
    public var nackPeriod: Duration = .seconds(1)

    public init() {}
}
