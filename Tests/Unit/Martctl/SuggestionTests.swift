import ArgumentParser
import Testing

@testable import MartctlKit

/// A slip of the finger must not end as a parked message.
struct SuggestionTests {
    @Test func `the nearest word is suggested, a far one is not`() {
        let known = ["catalog.open-mart", "catalog.close-mart", "permits.approve-permit"]
        #expect(Suggestion.nearest(to: "catalog.open-mrt", among: known) == "catalog.open-mart")
        #expect(Suggestion.nearest(to: "permits.aprove-permits", among: known) == "permits.approve-permit")
        #expect(Suggestion.nearest(to: "settlement.pay-everybody", among: known) == nil)
        #expect(Suggestion.distance("kitten", "sitting") == 3)
        #expect(Suggestion.distance("", "abc") == 3 && Suggestion.distance("abc", "abc") == 0)
    }

    @Test func `send refuses a command that no service takes, unless told to`() throws {
        let error = #expect(throws: (any Error).self) { try Martctl.parseAsRoot(["send", "catalog.open-mrt"]) }
        #expect(try Martctl.message(for: #require(error)).contains("Did you mean catalog.open-mart?"))
        #expect(throws: Never.self) { try Martctl.parseAsRoot(["send", "catalog.open-mrt", "--unchecked"]) }
        #expect(throws: Never.self) { try Martctl.parseAsRoot(["send", "catalog.open-mart"]) }
    }
}
