import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite struct PermitReadsTests {
    /// Five permits of two sellers in two regencies.
    private func filled() throws -> PermitsFixture {
        let permits = try PermitsFixture()
        try permits.apply("a-nib", kind: .nib, seller: "s1")
        try permits.apply("b-irt", kind: .sppIrt, seller: "s1", product: "jagung")
        try permits.apply("c-halal", kind: .halal, seller: "s1", product: "jagung")
        try permits.apply("d-md", kind: .bpomMd, regency: "53.07", seller: "s2", product: "ikan")
        try permits.apply("e-hygiene", kind: .hygiene, regency: "53.07", seller: "s2", product: "kue")
        try permits.approve("a-nib", number: "1234567890123")
        try permits.approve("b-irt", validUntil: "2026-03-07")
        try permits.refuse("c-halal")
        try permits.approve("e-hygiene", number: "h", validUntil: "2026-02-05")
        try permits.suspend("e-hygiene")
        return permits
    }

    @Test func `a permit reads with its papers, its decisions and its history`() throws {
        let permits = try filled()
        let read = try permits.harness.get("/v1/permits/b-irt")
        #expect(read.status == 200)
        let body = read.body
        #expect(
            body["permitId"]?.string == "b-irt" && body["permitKind"]?.string == "spp-irt" && body["agency"]?.string == "dinas-kesehatan")
        #expect(body["regency"]?.string == "53.06" && body["sellerId"]?.string == "s1" && body["productId"]?.string == "jagung")
        #expect(body["state"]?.string == "approved" && body["inForce"]?.bool == true && body["daysLeft"]?.int64 == 30)
        #expect(body["validFrom"]?.string == "2026-02-01" && body["validUntil"]?.string == "2026-03-07")
        #expect(body["warnings"]?.kind == .array && body["documents"]?.kind == .array && body["scheduled"]?.kind == .array)
        #expect(body["appliedAt"]?.string == "2026-02-05T02:00:00Z")
        #expect(body["history"]?.elements.compactMap { $0["action"]?.string } == ["apply", "approve"])
        #expect(body["history"]?.elements.last?["officer"]?.string == "Maria")
    }

    @Test func `what a permit does not have is left out`() throws {
        let body = try filled().read("c-halal")
        for name in ["number", "validFrom", "validUntil", "approvedBy", "daysLeft"] as [StaticString] { #expect(body[name] == nil) }
        #expect(body["reason"]?.string == "no kitchen" && body["officer"]?.string == "Maria" && body["inForce"]?.bool == false)
        #expect(try filled().read("a-nib")["productId"] == nil)
    }

    @Test func `an unknown permit is 404, a strange parameter 400`() throws {
        let permits = try filled()
        let unknown = try permits.harness.get("/v1/permits/nobody")
        #expect(unknown.status == 404 && unknown.body["code"]?.string == "not-found")
        for query in [
            "?state=granted", "?agency=dinas", "?kind=passport", "?regency=53.99", "?expiringWithinDays=-1", "?expiringWithinDays=soon",
            "?expiringWithinDays=36501", "?limit=0", "?limit=501", "?colour=red", "?state=approved&state=applied",
        ] {
            let reply = try permits.harness.get("/v1/permits" + query)
            #expect(reply.status == 400 && reply.body["code"]?.string == "invalid", "\(query)")
        }
    }

    @Test(
        arguments: [
            ("", ["a-nib", "b-irt", "c-halal", "d-md", "e-hygiene"]),
            ("?state=approved", ["a-nib", "b-irt"]),
            ("?state=suspended", ["e-hygiene"]),
            ("?state=expired", []),
            ("?agency=dinas-kesehatan", ["b-irt", "e-hygiene"]),
            ("?kind=halal", ["c-halal"]),
            ("?sellerId=s1", ["a-nib", "b-irt", "c-halal"]),
            ("?productId=jagung", ["b-irt", "c-halal"]),
            ("?productId=jagung&state=refused", ["c-halal"]),
            ("?regency=53.07", ["d-md", "e-hygiene"]),
            ("?regency=53.07&agency=bpom&kind=bpom-md&sellerId=s2&productId=ikan&state=applied", ["d-md"]),
            ("?sellerId=nobody", []),
            ("?expiringWithinDays=0", ["e-hygiene"]),
            ("?expiringWithinDays=29", ["e-hygiene"]),
            ("?expiringWithinDays=30", ["b-irt", "e-hygiene"]),
            ("?expiringWithinDays=36500&state=approved", ["b-irt"]),
        ] as [(String, [String])])
    func `a list holds what every one of its conditions says`(query: String, expected: [String]) throws {
        #expect(try filled().list(query) == expected)
    }

    @Test func `the list tells expiring permits by the business date`() throws {
        let permits = try filled()
        try permits.harness.advance(to: "2026-02-06")
        #expect(try permits.list("?expiringWithinDays=0").isEmpty)
        #expect(try permits.list("?expiringWithinDays=29") == ["b-irt"])
        #expect(try permits.list("?state=expired") == ["e-hygiene"])
    }

    @Test func `pages follow each other by id to the end`() throws {
        let permits = try filled()
        var seen: [String] = []
        var pages = 0
        var next: String? = ""
        while let after = next, pages < 10 {
            let body = try permits.harness.get("/v1/permits?limit=2" + (after.isEmpty ? "" : "&after=\(after)")).body
            let items = try #require(body["items"]).elements
            #expect(items.count <= 2)
            seen += items.compactMap { $0["permitId"]?.string }
            let token = try #require(body["next"])
            next = token.isNull ? nil : token.string
            pages += 1
        }
        #expect(pages == 3)
        #expect(seen == ["a-nib", "b-irt", "c-halal", "d-md", "e-hygiene"])
    }

    @Test func `a full last page says that nothing follows`() throws {
        #expect(try filled().harness.get("/v1/permits?limit=5").body["next"]?.isNull == true)
        #expect(try filled().harness.get("/v1/permits?limit=4").body["next"]?.isNull == false)
    }
}
