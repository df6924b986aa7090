import Contracts
import Primitives
import StrictJSON
import Testing

/// The rule on texts, in every field of every message.
struct ContractsTextTests {
    /// The sample with one text, at whatever depth, in place of another.
    private func replacing(_ value: JSONValue, at path: [String], with text: String) -> String {
        guard let first = path.first else { return text }
        switch value.kind {
        case .object:
            let members = value.members.map { member in
                "\"\(member.name)\":"
                    + (member.name == first ? replacing(member.value, at: Array(path.dropFirst()), with: text) : raw(member.value))
            }
            return "{\(members.joined(separator: ","))}"
        case .array:
            let elements = value.elements.enumerated().map { index, element in
                "\(index)" == first ? replacing(element, at: Array(path.dropFirst()), with: text) : raw(element)
            }
            return "[\(elements.joined(separator: ","))]"
        default: return raw(value)
        }
    }

    private func raw(_ value: JSONValue) -> String { String(decoding: value.rawBytes, as: UTF8.self) }

    /// Where texts stand.
    private func paths(_ value: JSONValue) -> [[String]] {
        switch value.kind {
        case .string: [[]]
        case .object: value.members.flatMap { member in paths(member.value).map { [member.name] + $0 } }
        case .array: value.elements.enumerated().flatMap { index, element in paths(element).map { ["\(index)"] + $0 } }
        default: []
        }
    }

    private static let saysNothing = ["\" \"", #""\u200b""#, #""\u3164""#, #""\u2800""#, #""\t""#, #""\u00ad\u202e""#]
    private static let control = [#""A\u0000x""#, #""\u0000""#, #""A\u001b[2Jx""#, #""A\u0085x""#]

    @Test(arguments: Samples.all.filter(\.isCommand))
    func `no command takes a text that says nothing or has control characters, in any of its fields`(sample: Sample) throws {
        let data = try JSONDocument(parsing: Array(sample.full.utf8)).root
        for path in paths(data) {
            for text in Self.saysNothing + Self.control {
                let broken = try JSONDocument(parsing: Array(replacing(data, at: path, with: text).utf8)).root
                #expect(throws: InvalidData.self, "\(path) is \(text)") { try sample.rewrite(broken) }
            }
        }
    }

    /// Fields whose names say that a person is named.
    private static let people = ["By", "by", "officer"]

    @Test(arguments: Samples.all.filter(\.isCommand))
    func `no command takes a person's name with characters that nobody sees`(sample: Sample) throws {
        let data = try JSONDocument(parsing: Array(sample.full.utf8)).root
        for path in paths(data) where Self.people.contains(where: { path.last?.hasSuffix($0) == true }) {
            for text in [#""Mar\u200bia""#, #""Maria\u202e""#, #""\ufeffMaria""#] {
                let broken = try JSONDocument(parsing: Array(replacing(data, at: path, with: text).utf8)).root
                #expect(throws: InvalidData.self, "\(path) is \(text)") { try sample.rewrite(broken) }
            }
        }
    }

    @Test(arguments: Samples.all.filter(\.isCommand))
    func `reasons and notes may have several lines`(sample: Sample) throws {
        let data = try JSONDocument(parsing: Array(sample.full.utf8)).root
        for path in paths(data) where ["reason", "refusedReason", "note"].contains(path.last ?? "") {
            let lines = try JSONDocument(parsing: Array(replacing(data, at: path, with: #""one\r\n\ttwo""#).utf8)).root
            #expect(throws: Never.self, "\(path)") { try sample.rewrite(lines) }
        }
    }

    @Test func `an event is read as it was published`() throws {
        let said = #"{"sellerId":"s1","name":" ","regency":"53.06"}"#
        let seller = try FieldReader.read(SellerRegistered.self, from: JSONDocument(parsing: Array(said.utf8)).root)
        #expect(seller.sellerName == " ")
        // Whoever compares two events compares what they said.
        #expect(String(decoding: FieldWriter.bytes(of: seller), as: UTF8.self) == said)
    }

    @Test func `what a service publishes keeps the rule, whatever its store holds`() throws {
        let closed = MartClosed.with {
            $0.regency = "53.06"
            $0.reason = "\u{0}\n"
            $0.closedBy = "A\u{200B}ni\u{1B}"
        }
        var json = JSONWriter()
        FieldWriter.publish(closed, to: &json)
        let data = try JSONDocument(parsing: json.bytes)
        #expect(!data.holdsNull)
        #expect(TextRule.prose.fault(in: data.root["reason"]?.string ?? "") == nil)
        #expect(data.root["closedBy"]?.string == "Ani\u{FFFD}")
    }
}
