import NIOCore

/// What one reader may take of a service, whatever it does or leaves undone.
struct HTTPLimits: Sendable {
    /// Of a request's line and fields, in bytes. No request has a body.
    var requestSize = 32 << 10
    /// From its first byte to its last; and from the connection to the first byte.
    var requestTime = TimeAmount.seconds(10)
    /// Between an answer and the next request.
    var idleTime = TimeAmount.seconds(60)
    /// For the reader to take an answer.
    var answerTime = TimeAmount.seconds(60)
    /// Between our last word and the reader's own end of the connection: closed at once, the word could be lost on its way.
    var farewellTime = TimeAmount.seconds(2)
    /// The most connections at once, where there are descriptors enough.
    var connections = 256
    /// The least, where there are not.
    var leastConnections = 8
}
