import Contracts
import Foundation
import Primitives
import StrictJSON
import TestSupport
import Testing

/// Readers that are slow, silent, rude or many take nothing from the others, nor from the service's work.
@Suite(.serialized, .processes(minutes: 3))
struct ReaderLimitTests {
    @Test func `hundreds of idle and half-open connections keep nobody from reading, and the service not from its broker`() async throws {
        let broker = try await TestBroker.start(virtualHosts: 1)
        let url = try await broker.makeVirtualHost().url
        let service = try ServiceProcess("permits", amqpURL: url, folder: TemporaryFolder("readers"), descriptors: 256)
        try await service.waitUntilReady()
        let kinds = ["", "GET /livez HT", "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n"]
        let crowd = try (0..<400).map { number in
            let connection = try RawHTTP(service.port)
            connection.send(kinds[number % kinds.count])
            return connection
        }
        #expect(try await service.get("/readyz").status == 200)
        try await broker.restart()
        // It needs new descriptors for its links.
        try await service.waitUntilReady()
        let diagnosis = try await service.json("/v1/diagnosis")
        let (limit, used) = (diagnosis["descriptors"]?["limit"]?.int64 ?? 0, diagnosis["descriptors"]?["inUse"]?.int64 ?? 0)
        #expect(limit == 256 && used < 256 - 64, "\(used) of \(limit)")
        #expect(diagnosis["readers"]?["closedForRoom"]?.int64 ?? 0 > 200)
        let client = try await MartClient.connect(to: url)
        try await client.apply("crowded", .nib, seller: "s")
        await client.close()
        // Nor does it wait for any of them in the end.
        #expect(try await service.terminate() == 0)
        withExtendedLifetime(crowd) {}
        try await broker.stop()
    }

    @Test func `a service that cannot get descriptors any more says so`() async throws {
        let service = try ServiceProcess(
            "permits", amqpURL: try await TestBroker.shared.makeVirtualHost().url, folder: TemporaryFolder("short"), descriptors: 48)
        try await expectEventually("it says that descriptors are short") {
            let (status, body) = try await service.get("/readyz")
            return status == 503 && String(decoding: body, as: UTF8.self).contains("descriptors-low")
        }
        #expect(try await service.terminate() == 0)
    }
}

extension SharedMartTests {
    /// What the read side answers to what no client should send.
    @Suite struct OddRequestTests {
        private func exchange(_ request: String) async throws -> String {
            try RawHTTP.exchange(try await SharedMart.one.stack["permits"].port, request)
        }

        @Test(arguments: ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
        func `other methods are answered with 405 and what is allowed`(method: String) async throws {
            let answer = try await exchange("\(method) /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").lowercased()
            #expect(answer.hasPrefix("http/1.1 405 ") && answer.contains("\r\nallow: get\r\n"), "\(answer)")
            #expect(answer.hasSuffix("\r\n\r\n") == (method == "HEAD"), "\(answer)")
        }

        @Test(arguments: [
            ("GET /livez HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "400"),
            ("GET /livez HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "400"),
            ("GET /livez HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "400"),
            ("GET /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"),
            ("POST /livez HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "405"), ("hello\r\n\r\n", "400"),
            ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n", "400"), ("GET /\u{0} HTTP/1.1\r\n\r\n", "400"),
            ("GET /" + String(repeating: "x", count: 200_000) + " HTTP/1.1\r\n\r\n", "431"),
            ("GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 30_000) + "\r\n", "431"), ("GET /livez HTTP/1.0\r\n\r\n", "200"),
        ])
        func `bodies, huge heads and nonsense are answered in JSON, and the connection ends`(request: String, status: String) async throws {
            let answer = try await exchange(request)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
            let body = answer.ranges(of: "\r\n\r\n").first.map { answer[$0.upperBound...] } ?? ""
            #expect(try JSONDocument(parsing: Array(body.utf8)).root.kind == .object)
        }

        @Test func `a request that trickles in is cut off, and a silent connection too`() async throws {
            let port = try await SharedMart.one.stack["permits"].port
            let (slow, silent) = (try RawHTTP(port), try RawHTTP(port))
            slow.send("GET /livez HTTP/1.1\r\nHost:")
            #expect(try slow.readAll().hasPrefix("HTTP/1.1 408 "))
            #expect(try silent.readAll() == "")
        }

        @Test func `pipelined requests are answered in turn`() async throws {
            let many = String(repeating: "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", count: 200)
            let answer = try await exchange(many + "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.ranges(of: "HTTP/1.1 200 ").count == 201 && answer.hasSuffix(#""reasons":[]}"#))
        }
    }
}
