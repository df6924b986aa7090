import MessagingTesting
import Platform
import ServiceFramework
import Storage
import StrictJSON
import Testing

@testable import Documents

/// The read sides of the four services, path by path.
@Suite("Parameters of the read sides")
struct ReadParameterTests {
    private static func wrongValues(of kind: Route.Parameter.Kind) -> [String] {
        let wrong: [String] =
            switch kind {
            case .text: []
            case .search: ["%27", "kopi%00"]
            case .id, .idPair: ["a%20b", "a%00", "%C3%A9", String(repeating: "a", count: 200)]
            case .regency: ["99.99", "5306", "53.06%00", "53.6", "53.06,53.07"]
            case .date: ["2026-02-30", "2026-13-01", "20260205", "2026-2-5", "yesterday", "2026-02-05T00:00:00Z", "2026-02-05%00"]
            case .flag: ["maybe", "1", "TRUE", "yes", "true%00"]
            case .integer: ["x", "%2B1", "1.0", "1e3", "0x1", "-0", "99999999999999999999", "%D9%A1", "01"]
            case .choice(let words): ["nonsense", words[0].uppercased(), words[0] + "%00", words.joined(separator: ",")]
            }
        return wrong + ["", "%00", "%0053.06", "%20"]
    }

    @Test("a value that a parameter does not take is refused with its name, on every path of every service")
    func wrong() throws {
        for service in Platform.services {
            let harness = try ServiceHarness(service, topology: Platform.topology)
            for route in harness.store.routes {
                let path = route.path.split(separator: "/").map { $0.hasPrefix("{") ? "x1" : $0 }.joined(separator: "/")
                let lists: [Route.Parameter] = route.isList ? [.init("limit", .integer(1...500)), .init("after", route.after ?? .id)] : []
                for parameter in route.parameters + lists {
                    for value in Self.wrongValues(of: parameter.kind) {
                        let (status, body) = try harness.get("/\(path)?\(parameter.name)=\(value)")
                        #expect(status == 400, "\(service.name) /\(path)?\(parameter.name)=\(value)")
                        #expect(body["code"]?.string == "invalid")
                        #expect(
                            body["message"]?.string?.hasPrefix("\(parameter.name) must be ") == true, "\(body["message"]?.string ?? "")")
                    }
                }
                for query in ["nonsense=1", "Limit=1", "limit=1&limit=1", "%00=1"] {
                    #expect(try harness.get("/\(path)?\(query)").status == 400, "\(service.name) /\(path)?\(query)")
                }
            }
        }
    }

    @Test(
        "what stands in a path for an id that nothing can have is not found", arguments: ["%00", "a%00", "a%2Fb", "%20", "%C3%A9", "a%0Ab"])
    func impossibleIds(id: String) throws {
        for service in Platform.services {
            let harness = try ServiceHarness(service, topology: Platform.topology)
            for route in harness.store.routes where route.path.contains("{") {
                let path = route.path.split(separator: "/").map { $0.hasPrefix("{") ? id : String($0) }.joined(separator: "/")
                let (status, body) = try harness.get("/\(path)")
                #expect(status == 404 && body["code"]?.string == "not-found", "\(service.name) /\(path)")
            }
        }
    }
}
