import CatalogService
import Foundation
import GRDB
import Messaging
import Platform
import Primitives
import ServiceFramework
import Storage
import StrictJSON
import TestSupport
import Testing

/// The read token over HTTP, and by `martctl`.
@Suite(.processes(minutes: 2))
struct ReadTokenTests {
    private static let phone = "081234567890"

    /// A store in which a message with a phone number is parked.
    private static func fill(_ folder: String) throws {
        let store = try ServiceStore(CatalogService.definition(), topology: Platform.topology, folder: folder, clock: .system())
        let body =
            #"{"specversion":"1.0","id":"m1","source":"/desk","type":"id.nttmart.catalog.unheard-of.v1","data":{"phone":"\#(phone)"}}"#
        try BatchProcessor(store).process([Incoming(channel: .commands, routingKey: "catalog.unheard-of", body: Array(body.utf8))])
        try store.closeCleanly()
        try store.pool.close()
    }

    @Test func `a parked phone number is whole for the token alone`() async throws {
        let folder = try TemporaryFolder("token")
        try Self.fill(folder.file("catalog").path)
        let tokenFile = folder.file("token").path
        try "first\n".write(toFile: tokenFile, atomically: true, encoding: .utf8)
        let service = try ServiceProcess(
            "catalog", amqpURL: "amqp://guest:guest@127.0.0.1:\(freePort())/%2f", folder: folder,
            environment: ["READ_TOKEN_FILE": tokenFile])
        try await expectEventually("it answers") { try await service.get("/v1/status").status == 200 }
        let list = try JSONDocument(parsing: Array(try await service.get("/v1/parked").body)).root
        let id = try #require(list["items"]?.elements.first?["parkedId"]?.string)
        func isWhole(_ headers: [String]) async throws -> Bool {
            let (status, body) = try await service.get("/v1/parked/\(id)", headers: headers)
            #expect(status == 200)
            let text = String(decoding: body, as: UTF8.self)
            #expect(text.contains("7890"))
            return text.contains(Self.phone)
        }
        #expect(try await isWhole(["Authorization: Bearer first"]))
        for headers in [[], ["Authorization: Bearer second"], ["Authorization: first"], ["X-Authorization: Bearer first"]] {
            #expect(try await !isWhole(headers))
        }
        let urls = ["CATALOG_URL": service.url]
        let masked = try await Program.run("martctl", ["parked", "show", id], environment: urls)
        #expect(
            masked.exitCode == 0 && masked.output.contains("****7890") && masked.output.contains("--read-token-file"), "\(masked.output)")
        let whole = try await Program.run("martctl", ["parked", "show", id, "--read-token-file", tokenFile], environment: urls)
        #expect(whole.exitCode == 0 && whole.output.contains(Self.phone), "\(whole.output)\(whole.error)")
        // A new token counts at once.
        try "second".write(toFile: tokenFile, atomically: true, encoding: .utf8)
        #expect(try await isWhole(["Authorization: Bearer second"]))
        #expect(try await !isWhole(["Authorization: Bearer first"]))
        try await service.kill()
    }
}
