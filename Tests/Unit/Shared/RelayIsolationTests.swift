import Testing

@testable import ServiceFramework

/// The search for the message at which the broker closes the channel, as a table: what happens, and what is known then.
struct RelayIsolationTests {
    enum Happening {
        case closed(RelayIsolation.Closing, lost: Int, Int64)
        case passed
    }

    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let happenings: [Happening]
        let verdicts: [RelayIsolation.Verdict]
        let state: RelayIsolation.State
    }

    private static func event(_ position: Int64) -> RelayToken {
        RelayToken(position, .event(isConsumed: true), RelayDestination(code: 1))
    }
    private static func reply(_ position: Int64) -> RelayToken { RelayToken(position, .reply, RelayDestination(code: 0x8001)) }
    /// Positions from 100 on are replies'.
    private static func token(_ position: Int64) -> RelayToken { position < 100 ? event(position) : reply(position) }

    static let rows = [
        Row(
            testDescription: "a lost connection is nobody's fault",
            happenings: [.closed(.other, lost: 200, 5), .closed(.other, lost: 1, 5)],
            verdicts: [.none, .none], state: .open),
        Row(
            testDescription: "a closed window goes one by one",
            happenings: [.closed(.byMessage, lost: 3, 7), .passed, .passed], verdicts: [.none, .none, .none], state: .oneByOne(left: 1)),
        Row(
            testDescription: "and opens again when all have passed",
            happenings: [.closed(.byMessage, lost: 3, 7), .passed, .passed, .passed], verdicts: [.none, .none, .none, .none], state: .open),
        Row(
            testDescription: "who fails alone is suspected, and another is tried",
            happenings: [.closed(.byMessage, lost: 3, 7), .closed(.byMessage, lost: 1, 5)], verdicts: [.none, .none],
            state: .probing(event(5), left: 3)),
        Row(
            testDescription: "who fails alone three times while another passes is at fault",
            happenings: [
                .closed(.byMessage, lost: 3, 7), .closed(.byMessage, lost: 1, 5), .passed, .closed(.byMessage, lost: 1, 5), .passed,
                .closed(.byMessage, lost: 1, 5), .passed,
            ], verdicts: [.none, .none, .none, .none, .none, .none, .atFault(event(5))], state: .oneByOne(left: 2)),
        Row(
            testDescription: "a window of one was alone",
            happenings: [
                .closed(.byMessage, lost: 1, 5), .passed, .closed(.byMessage, lost: 1, 5), .passed, .closed(.byMessage, lost: 1, 5),
                .passed,
            ], verdicts: [.none, .none, .none, .none, .none, .atFault(event(5))], state: .open),
        Row(
            testDescription: "where nothing passes nobody is at fault, and it begins anew",
            happenings: [
                .closed(.byMessage, lost: 1, 5), .passed, .closed(.byMessage, lost: 1, 5), .passed, .closed(.byMessage, lost: 1, 5),
                .closed(.byMessage, lost: 1, 0), .closed(.byMessage, lost: 1, 5), .passed,
            ], verdicts: [.none, .none, .none, .none, .none, .nothingPasses, .none, .none], state: .oneByOne(left: 1)),
        Row(
            testDescription: "a connection that is lost meanwhile says nothing",
            happenings: [
                .closed(.byMessage, lost: 2, 5), .closed(.other, lost: 1, 5), .closed(.byMessage, lost: 1, 5), .closed(.other, lost: 1, 0),
            ], verdicts: [.none, .none, .none, .none], state: .probing(event(5), left: 2)),
        Row(
            testDescription: "missing rights are never an event's fault",
            happenings: [.closed(.forRights, lost: 2, 6), .closed(.forRights, lost: 1, 5), .passed],
            verdicts: [.none, .forbidden(event(5)), .none], state: .open),
        Row(
            testDescription: "but a reply that is forbidden alone is given up",
            happenings: [
                .closed(.forRights, lost: 1, 105), .passed, .closed(.forRights, lost: 1, 105), .passed, .closed(.forRights, lost: 1, 105),
                .passed,
            ], verdicts: [.none, .none, .none, .none, .none, .atFault(reply(105))], state: .open),
        Row(
            testDescription: "where no reply passes either, none is given up",
            happenings: [.closed(.forRights, lost: 1, 105), .closed(.forRights, lost: 1, 0)], verdicts: [.none, .nothingPasses],
            state: .oneByOne(left: 1)),
        Row(
            testDescription: "two at fault are found one after the other",
            happenings: [
                .closed(.byMessage, lost: 2, 6), .closed(.byMessage, lost: 1, 5), .passed, .closed(.byMessage, lost: 1, 5), .passed,
                .closed(.byMessage, lost: 1, 5), .passed, .closed(.byMessage, lost: 1, 6), .passed, .closed(.byMessage, lost: 1, 6),
                .passed,
                .closed(.byMessage, lost: 1, 6), .passed,
            ],
            verdicts: [
                .none, .none, .none, .none, .none, .none, .atFault(event(5)), .none, .none, .none, .none, .none, .atFault(event(6)),
            ], state: .open),
    ]

    @Test(arguments: rows) func `what is known`(row: Row) {
        var isolation = RelayIsolation()
        let verdicts = row.happenings.map { happening in
            switch happening {
            case .closed(let closing, let lost, let last): isolation.closed(closing, lost: lost, last: Self.token(last))
            case .passed: isolation.passed()
            }
        }
        #expect(verdicts == row.verdicts)
        #expect(isolation.state == row.state)
    }
}
