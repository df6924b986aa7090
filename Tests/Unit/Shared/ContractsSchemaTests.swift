import Contracts
import StrictJSON
import Testing

@Suite("Schemas from field lists")
struct SchemaBuilderTests {
    private func schema<R: Record>(of type: R.Type, as side: SchemaBuilder.Side) throws -> JSONValue {
        try JSONDocument(parsing: SchemaBuilder.schema(of: type, as: side)).root
    }

    private func required(_ schema: JSONValue) throws -> [String] { try #require(schema["required"]).elements.compactMap(\.string) }

    @Test("what a sender may leave out is not required of it")
    func asked() throws {
        let sale = try schema(of: RecordSale.self, as: .asked)
        #expect(try required(sale) == ["saleId", "till", "soldAt", "lines", "tender"])
        let lines = try #require(sale["properties"]?["lines"])
        #expect(lines["minItems"]?.int64 == 1)
        #expect(lines["maxItems"]?.int64 == 200)
        #expect(try required(try #require(lines["items"])) == ["lineId", "productId", "quantity"])
    }

    @Test("what a service always writes is required of its event")
    func written() throws {
        let names = try required(try schema(of: SaleRecorded.self, as: .written))
        #expect(names.contains("offline"))
        #expect(names.contains("flags"))
        #expect(try !required(try schema(of: SaleRecorded.self, as: .asked)).contains("flags"))
    }

    @Test("limits are the reader's")
    func limits() throws {
        let properties = try #require(try schema(of: RegisterProduct.self, as: .asked)["properties"])
        #expect(properties["price"]?["minimum"]?.int64 == 1)
        #expect(properties["price"]?["maximum"]?.int64 == 9_007_199_254_740_991)
        #expect(properties["name"]?["maxLength"]?.int64 == 500)
        #expect(properties["programme"]?["enum"]?.elements.compactMap(\.string) == ["ovop", "ocop", "osop"])
        #expect(properties["productId"]?["pattern"]?.string == "^[A-Za-z0-9._:-]{1,64}$")
    }
}
