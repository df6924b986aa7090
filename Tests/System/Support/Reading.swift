import Foundation
import Messaging
import StrictJSON
import TestSupport

extension ServiceProcess {
    /// GET that must answer 200; the JSON it answers.
    nonisolated func json(_ path: String) async throws -> JSONValue {
        let (status, body) = try await get(path)
        guard status == 200 else { throw SupportError("\(name) answers \(status) to \(path): \(String(decoding: body, as: UTF8.self))") }
        return try JSONDocument(parsing: Array(body)).root
    }

    /// All items of a list, over its pages.
    nonisolated func items(_ path: String) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var next: String?
        repeat {
            let page = try await json(path + (path.contains("?") ? "&" : "?") + "limit=500" + (next.map { "&after=\($0)" } ?? ""))
            items += page["items"]?.elements ?? []
            next = page["next"]?.string
        } while next != nil
        return items
    }

    /// Waits until a message was judged here, and says how; of a parked one it would never be known.
    @discardableResult
    nonisolated func outcome(of id: String, timeout: Duration = .seconds(20)) async throws -> String {
        try await eventually("\(name) has judged \(id)", timeout: timeout) {
            try await json("/v1/messages?id=\(id)").elements.first?["outcome"]?.string
        }
    }

    /// `reason` of everything parked, sorted.
    nonisolated func parkedReasons() async throws -> [String] { try await items("/v1/parked").compactMap { $0["reason"]?.string }.sorted() }
}

extension JSONValue {
    /// For one-line expectations: the text of the JSON.
    var text: String { String(decoding: rawBytes, as: UTF8.self) }
}
