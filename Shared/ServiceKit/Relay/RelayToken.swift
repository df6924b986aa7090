/// What the relay has to know of a message when its outcome comes back, packed into the publisher's token.
struct RelayToken {
    enum Kind: Equatable {
        case reply
        /// - Parameter isConsumed: whether the contract names a consumer.
        case event(isConsumed: Bool)
    }

    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ position: Int64, _ kind: Kind) {
        let bits: UInt64 =
            switch kind {
            case .event(isConsumed: false): 0
            case .event(isConsumed: true): 1
            case .reply: 2
            }
        rawValue = UInt64(position) << 2 | bits
    }

    var position: Int64 { Int64(rawValue >> 2) }

    var kind: Kind { rawValue & 2 != 0 ? .reply : .event(isConsumed: rawValue & 1 != 0) }
}
