import Foundation
import Messaging
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// The read side over HTTP: what every service answers, and what it refuses.
    @Suite struct ReadSideTests {
        @Test(arguments: Stack.allServices)
        func `every service says that it lives, is ready and what it has done`(service: String) async throws {
            let process = try await SharedMart.one.stack[service]
            #expect(try await process.json("/livez").text == #"{"status":"alive"}"#)
            #expect(try await process.json("/readyz").text == #"{"status":"ready","reasons":[]}"#)
            #expect(try await process.json("/v1/status")["service"]?.string == service)
            #expect(try await process.json("/v1/status")["businessNow"]?.string?.hasPrefix("2026-02-06T02:") == true)
        }

        @Test(arguments: Stack.allServices)
        func `unknown paths, ids and parameters are refused in JSON`(service: String) async throws {
            let process = try await SharedMart.one.stack[service]
            for (path, status, code) in [
                ("/", 404, "not-found"), ("/v1/nothing", 404, "not-found"), ("/v1/parked/none", 404, "not-found"),
                ("/v1/parked?limit=501", 400, "invalid"), ("/v1/parked?unheard=of", 400, "invalid"), ("/v1/status?x", 400, "invalid"),
                ("/v1/messages", 400, "invalid"), ("/v1/parked?reason=%zz", 400, "invalid"),
            ] {
                let answer = try await process.get(path)
                #expect(answer.status == status, "\(path)")
                let body = try JSONDocument(parsing: Array(answer.body)).root
                #expect(body["code"]?.string == code, "\(path)")
                #expect(body["message"]?.string?.isEmpty == false, "\(path)")
            }
        }
    }
}
