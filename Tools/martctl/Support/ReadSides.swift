import Audit
import StrictJSON

/// The services' read sides, in the order of the platform.
struct ReadSides: Sendable {
    let all: [HTTPClient]

    init(_ all: [HTTPClient]) { self.all = all }

    subscript(_ service: String) -> HTTPClient {
        guard let side = all.first(where: { $0.service == service }) else { preconditionFailure("no service \(service)") }
        return side
    }

    var catalog: HTTPClient { self["catalog"] }
    var permits: HTTPClient { self["permits"] }
    var consignment: HTTPClient { self["consignment"] }
    var settlement: HTTPClient { self["settlement"] }

    func status() async throws -> [(service: String, status: ServiceStatus)] {
        var statuses: [(String, ServiceStatus)] = []
        for side in all { statuses.append((side.service, ServiceStatus(try await side.get("/v1/status")))) }
        return statuses
    }

    /// Whether a service has handled the message with that id, in whichever way.
    func has(_ side: HTTPClient, handled id: String) async throws -> Bool {
        try await side.find("/v1/messages?id=\(HTTPClient.escaped(id))")?.elements.isEmpty == false
    }

    /// Everything that the audit compares with.
    /// - Parameter regencies: whose absorption and coverage to ask for.
    func figures(sellers: [String], regencies: [String]) async throws -> ReadSide {
        var figures = ReadSide()
        for (service, status) in try await status() {
            figures.sequences[status.source] = status.lastSequence
            figures.parked[service] = status.parked
        }
        try await catalog(into: &figures, regencies)
        for permit in try await permits.items("/v1/permits") {
            figures.permits[permit["permitId"]?.string ?? ""] = permit["state"]?.string ?? ""
        }
        try await consignment(into: &figures, regencies)
        try await settlement(into: &figures, sellers)
        return figures
    }

    private func catalog(into figures: inout ReadSide, _ regencies: [String]) async throws {
        for mart in try await catalog.items("/v1/marts") where mart["open"]?.bool ?? (mart["state"]?.string == "open") {
            figures.marts.insert(mart["regency"]?.string ?? "")
        }
        for seller in try await catalog.items("/v1/sellers") { figures.sellers.insert(seller["sellerId"]?.string ?? "") }
        for product in try await catalog.items("/v1/products") {
            figures.products[product["productId"]?.string ?? ""] = .init(
                programme: product["programme"]?.string ?? "", state: product["state"]?.string ?? "")
        }
        for regency in regencies {
            let coverage = try await catalog.get("/v1/coverage?regency=\(regency)")
            if let villages = Self.villages(coverage) { figures.villages[regency] = villages }
        }
    }

    private static func villages(_ coverage: JSONValue) -> Int64? {
        coverage["villages"]?["withListedProduct"]?.int64
    }

    private func consignment(into figures: inout ReadSide, _ regencies: [String]) async throws {
        for stock in try await consignment.items("/v1/stock") {
            let productId = stock["productId"]?.string ?? ""
            var sum = figures.stock[productId] ?? .init(onHand: 0, unallocated: 0)
            sum.onHand += stock["onHand"]?.int128 ?? 0
            sum.unallocated += stock["unallocated"]?.int128 ?? 0
            figures.stock[productId] = sum
        }
        for sale in try await consignment.items("/v1/sales") { figures.sales[sale["saleId"]?.string ?? ""] = sale["total"]?.int128 ?? 0 }
        for regency in regencies {
            let absorption = try await consignment.get("/v1/absorption?regency=\(regency)")
            figures.absorption[regency] = .init(
                intake: Self.ratio(absorption["intake"]), product: Self.ratio(absorption["product"]),
                sellThrough: Self.ratio(absorption["sellThrough"]))
        }
    }

    /// A number, or an object that holds it as `ratio`.
    private static func ratio(_ value: JSONValue?) -> Double? {
        guard let value else { return nil }
        if value.kind == .object { return ratio(value["ratio"]) }
        return Double(String(decoding: value.rawBytes, as: UTF8.self))
    }

    private func settlement(into figures: inout ReadSide, _ sellers: [String]) async throws {
        for seller in sellers {
            guard let balance = try await settlement.find("/v1/sellers/\(seller)/balance") else { continue }
            figures.balances[seller] = SellerBalance(
                earned: balance["earned"]?.int128 ?? 0, reversed: balance["reversed"]?.int128 ?? 0)
            figures.payable[seller] = balance["payable"]?.int128 ?? 0
        }
        let ledger = try await settlement.get("/v1/ledger/trial-balance")
        for account in ledger["accounts"]?.elements ?? [] {
            figures.accounts[account["account"]?.string ?? ""] = account["balance"]?.int128 ?? 0
        }
        figures.ledgerSum = ledger["sum"]?.int128 ?? -1
    }
}

/// `/v1/status` of one service.
struct ServiceStatus: Sendable {
    /// `/catalog`, or after a restore `/catalog~1`.
    let source: String
    /// Of that source.
    let lastSequence: Int64
    let outboxPending: Int64
    let inFlight: Int64
    let waiting: Int64
    let parked: Int64
    /// Messages that the broker takes no way.
    let setAside: Int64
    let businessNow: String
    /// The answer as it came.
    let json: JSONValue

    init(_ json: JSONValue) {
        self.json = json
        source = json["source"]?.string ?? ""
        lastSequence = json["lastSequence"]?.int64 ?? 0
        outboxPending = json["outboxPending"]?.int64 ?? 0
        inFlight = json["inFlight"]?.int64 ?? 0
        waiting = json["waiting"]?.int64 ?? 0
        parked = json["parked"]?.int64 ?? 0
        setAside = json["setAside"]?.int64 ?? 0
        businessNow = json["businessNow"]?.string ?? ""
    }
}
