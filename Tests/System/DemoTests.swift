import Foundation
import StrictJSON
import TestSupport
import Testing

/// The whole main job, small: what `make demo` shows.
@Suite(.processes(minutes: 3))
struct DemoTests {
    @Test func `the demo runs through, and its audit finds no difference`() async throws {
        let stack = try await Stack.start()
        let record = stack.folder.file("events.ndjson").path
        let text = try await martctl("demo", "--quick", "--record", record, environment: stack.clientEnvironment, timeout: .seconds(120))
        #expect(!text.contains("✗"), "\(text)")
        #expect(text.contains("figures agree"))
        let recorded = try String(contentsOfFile: record, encoding: .utf8)
        for correction in [
            "consignment.stock-adjusted", "consignment.flag-resolved", "catalog.seller-updated", "catalog.mart-closed",
            "catalog.mart-reopened",
        ] {
            #expect(recorded.contains("id.nttmart.\(correction).v1"), "\(correction)")
        }
        // Asked again, the recording still says what the services say.
        let audit = try await martctl("audit", record, "--compare", environment: stack.clientEnvironment)
        #expect(!audit.contains("✗"), "\(audit)")
        #expect(audit.contains("figures agree"))
        for service in Stack.allServices {
            let status = try await stack[service].json("/v1/status")
            #expect(status["outboxPending"]?.int64 == 0, "\(service)")
            #expect(status["lastSequence"]?.int64 ?? 0 > 100, "\(service)")
        }
        try await stack.stop()
    }

    @Test func `for a program the demo is one line of JSON`() async throws {
        let stack = try await Stack.start()
        let record = stack.folder.file("events.ndjson").path
        let text = try await martctl(
            "demo", "--quick", "--json", "--record", record, environment: stack.clientEnvironment, timeout: .seconds(120))
        #expect(text.split(separator: "\n").count == 1)
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        #expect(root["holds"]?.bool == true && root["audit"]?["holds"]?.bool == true, "\(text)")
        #expect(root["commands"]?.int64 ?? 0 > 500 && root["surprises"]?.elements.isEmpty == true)
        try await stack.stop()
    }
}
