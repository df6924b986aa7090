package import Contracts

/// Where messages go, as far as one refusal concerns them all: a type of event, the replies of one client.
package struct RelayDestination: Hashable, Sendable {
    /// Events count from 1 in the order in which their types were met; replies have the upper bit and a hash.
    let code: UInt16

    init(code: UInt16) { self.code = code }

    /// Of a reply: the first two words of its key (`reply.<client>`), or the whole name of a queue. That two may share one does little harm.
    init(replyTo routingKey: String, isQueue: Bool) {
        var hash: UInt32 = 0x811C_9DC5
        var dots = 0
        for byte in routingKey.utf8 {
            if byte == UInt8(ascii: ".") { dots += 1 }
            if dots == 2, !isQueue { break }
            hash = (hash ^ UInt32(byte)) &* 0x0100_0193
        }
        code = UInt16(truncatingIfNeeded: hash ^ hash >> 16) | 0x8000
    }
}

/// What the relay has to know of a message when its outcome comes back, packed into the publisher's token.
package struct RelayToken: Hashable, Sendable {
    package enum Kind: Equatable, Sendable {
        case reply
        /// - Parameter isConsumed: whether the contract names a consumer.
        case event(isConsumed: Bool)
        /// An event that is sent once more.
        case resync
        /// A message that had been set aside.
        case again(SetAsideKind)
        /// One that the broker has taken before, to see whether it takes anything.
        case probe
    }

    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ position: Int64, _ kind: Kind, _ destination: RelayDestination) {
        let bits: UInt64 =
            switch kind {
            case .event(isConsumed: false): 0
            case .event(isConsumed: true): 1
            case .reply: 2
            case .resync: 3
            case .again(.event): 4
            case .again(.reply): 5
            case .probe: 6
            }
        rawValue = UInt64(position) << 20 | UInt64(destination.code) << 4 | bits
    }

    package var position: Int64 { Int64(rawValue >> 20) }
    var destination: RelayDestination { RelayDestination(code: UInt16(truncatingIfNeeded: rawValue >> 4)) }

    package var kind: Kind {
        switch rawValue & 7 {
        case 2: .reply
        case 3: .resync
        case 4: .again(.event)
        case 5: .again(.reply)
        case 6: .probe
        case let bits: .event(isConsumed: bits == 1)
        }
    }

    /// Whether somebody may have waited for it, and for it alone.
    var isReply: Bool { kind == .reply || kind == .again(.reply) }
}
