/// What the relay has to know of a message when its outcome comes back, packed into the publisher's token.
package struct RelayToken {
    package enum Kind: Equatable {
        case reply
        /// - Parameter isConsumed: whether the contract names a consumer.
        case event(isConsumed: Bool)
        /// An event that is sent once more.
        case resync
    }

    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ position: Int64, _ kind: Kind) {
        let bits: UInt64 =
            switch kind {
            case .event(isConsumed: false): 0
            case .event(isConsumed: true): 1
            case .reply: 2
            case .resync: 3
            }
        rawValue = UInt64(position) << 2 | bits
    }

    package var position: Int64 { Int64(rawValue >> 2) }

    package var kind: Kind {
        switch rawValue & 3 {
        case 2: .reply
        case 3: .resync
        case let bits: .event(isConsumed: bits == 1)
        }
    }
}
