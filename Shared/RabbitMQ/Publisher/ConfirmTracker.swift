/// Which published messages are unconfirmed, and what becomes of them. Pure: no C, no clock (moments are given).
///
/// The broker numbers the publishes of a channel from 1. Confirms come in any order and often for many at once; a returned message is
/// given back before its confirm, without its number. One tracker serves one channel.
package struct ConfirmTracker {
    package typealias Settlement = RabbitMQPublisher.Settlement

    /// What the broker said and could not have meant. The connection must end.
    package enum Violation: Error, Equatable {
        /// A number that was never published, or is settled already.
        case unknownSequence(UInt64)
        /// A return that fits no mandatory message in flight.
        case unknownReturn
    }

    private struct Slot {
        var token: UInt64
        var returnKey: UInt64
        var publishedAt: MonotonicTime
        var state: State
    }

    private enum State: UInt8 {
        case settled, pending, mandatory, returned
    }

    /// The number of the oldest unsettled message, or the next one to be given.
    private var oldest: UInt64 = 1
    private var next: UInt64 = 1
    /// A ring: the slot of a number is its low bits. Its count is a power of two, so that the window fits.
    private var slots: [Slot]
    private let mask: UInt64
    private var returns: [UInt64: (replyCode: Int, text: String)] = [:]
    private var clockStartedAt = MonotonicTime(nanoseconds: .min)

    /// How many messages are unsettled.
    package private(set) var inFlight = 0
    /// Outcomes to be taken by the caller, in the order in which they became known.
    package var settlements: [Settlement] = []

    /// - Parameter window: the span of numbers that must fit: as long as the oldest message is unsettled, so many can be published.
    package init(window: Int) {
        precondition(window > 0, "A window of nothing")
        var capacity = 1
        while capacity < window { capacity *= 2 }
        mask = UInt64(capacity - 1)
        let free = Slot(token: 0, returnKey: 0, publishedAt: MonotonicTime(nanoseconds: 0), state: .settled)
        slots = Array(repeating: free, count: capacity)
    }

    /// Whether another message can be published. The *span* counts: one straggler holds the window, since numbers are a ring.
    package var hasRoom: Bool { next - oldest <= mask }

    /// Notes a message that is about to be written.
    /// - Parameter returnKey: for a mandatory message, what a return would look like (`OutgoingMessage.returnKey`).
    /// - Returns: the broker's number for it.
    @discardableResult
    package mutating func publish(token: UInt64, returnKey: UInt64?, at now: MonotonicTime) -> UInt64 {
        precondition(hasRoom, "More messages are published than the window holds")
        slots[Int(next & mask)] = Slot(
            token: token, returnKey: returnKey ?? 0, publishedAt: now, state: returnKey == nil ? .pending : .mandatory)
        inFlight += 1
        next += 1
        return next - 1
    }

    /// The broker gave a message back; its confirm will follow.
    ///
    /// All that look the same count as returned: a message then at worst is published twice, and none is lost.
    package mutating func giveBack(returnKey: UInt64, replyCode: Int, text: String) throws(Violation) {
        var isKnown = false
        for sequence in oldest..<next {
            let index = Int(sequence & mask)
            if slots[index].returnKey != returnKey { continue }
            switch slots[index].state {
            case .mandatory:
                slots[index].state = .returned
                returns[sequence] = (replyCode, text)
                isKnown = true
            case .returned: isKnown = true
            case .pending, .settled: break
            }
        }
        if !isKnown { throw .unknownReturn }
    }

    /// The broker confirmed (or refused, if `isNack`) a message, or with `multiple` all up to it.
    package mutating func confirm(sequence: UInt64, multiple: Bool, isNack: Bool) throws(Violation) {
        guard sequence >= oldest, sequence < next else { throw .unknownSequence(sequence) }
        if multiple {
            for sequence in oldest...sequence { settle(sequence, isNack: isNack) }
        } else {
            if slots[Int(sequence & mask)].state == .settled { throw .unknownSequence(sequence) }
            settle(sequence, isNack: isNack)
        }
        while oldest < next, slots[Int(oldest & mask)].state == .settled { oldest += 1 }
    }

    /// The connection is over: what is unsettled is lost.
    package mutating func abandon() {
        for sequence in oldest..<next where slots[Int(sequence & mask)].state != .settled {
            slots[Int(sequence & mask)].state = .settled
            settlements.append(Settlement(token: slots[Int(sequence & mask)].token, outcome: .lost))
        }
        oldest = next
        inFlight = 0
        returns.removeAll()
    }

    /// Since when the oldest unsettled message has been waiting, leaving out what was before `restartClock`.
    var waitingSince: MonotonicTime? {
        oldest < next ? max(slots[Int(oldest & mask)].publishedAt, clockStartedAt) : nil
    }

    /// Lets all waiting times begin now: the broker was blocked and could not confirm.
    mutating func restartClock(at now: MonotonicTime) { clockStartedAt = now }

    private mutating func settle(_ sequence: UInt64, isNack: Bool) {
        let index = Int(sequence & mask)
        let outcome: PublishOutcome
        switch slots[index].state {
        case .settled: return
        case .pending, .mandatory: outcome = isNack ? .nacked : .confirmed
        case .returned:
            let reply = returns.removeValue(forKey: sequence) ?? (0, "")
            outcome = isNack ? .nacked : .returned(replyCode: reply.0, text: reply.1)
        }
        slots[index].state = .settled
        inFlight -= 1
        settlements.append(Settlement(token: slots[index].token, outcome: outcome))
    }
}
