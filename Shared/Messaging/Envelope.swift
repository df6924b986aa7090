import Contracts
public import Primitives
public import StrictJSON

/// A CloudEvents 1.0 envelope in structured JSON, checked by section 2 of the contract. Shared, as `Incoming` is.
public final class Envelope: Sendable {
    public let id: String
    public let source: String
    /// `id.nttmart.<service>.<name>.v<major>`
    public let type: String
    public let subject: String?
    /// `time`
    public let sentAt: Instant?
    public let regency: String?
    public let correlationId: String?
    public var causationId: String? { causation?.string }
    private let causation: JSONValue?
    public let traceparent: String?
    /// Goes with `traceparent`; one that is too long or not printable is left out.
    public let tracestate: String?
    /// The source's counter; nil where the sender keeps none.
    public let sequence: Int64?
    public let data: JSONValue
    /// Whether something in it has the character U+0000; no attribute of a message that comes in does.
    public let holdsNull: Bool

    /// Reads the body of a message. The first fault found is thrown; nothing of a faulty message is used.
    ///
    /// - Parameter properties: what the message's properties say, for they are likely to say the same: then nothing is made anew.
    public convenience init(parsing body: [UInt8], like properties: Likely = Likely()) throws(EnvelopeFault) {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: body)
        } catch {
            throw EnvelopeFault(.malformed, error.description)
        }
        if document.holdsNull { try Self.refuseNull(in: document.root) }
        try self.init(document.root, properties, holdsNull: document.holdsNull)
    }

    /// Reads a message that was taken in earlier, perhaps before the character U+0000 was refused.
    public convenience init(keptAs body: [UInt8]) throws(EnvelopeFault) {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: body)
        } catch {
            throw EnvelopeFault(.malformed, error.description)
        }
        try self.init(document.root, Likely(), holdsNull: document.holdsNull)
    }

    /// Texts that an envelope probably has.
    public struct Likely: Sendable {
        var id: String?
        var correlationId: String?
        var traceparent: String?

        public init(id: String? = nil, correlationId: String? = nil, traceparent: String? = nil) {
            self.id = id
            self.correlationId = correlationId
            self.traceparent = traceparent
        }
    }

    private init(_ root: JSONValue, _ likely: Likely, holdsNull: Bool) throws(EnvelopeFault) {
        self.holdsNull = holdsNull
        guard root.kind == .object else { throw EnvelopeFault(.malformed, "the body is no JSON object") }
        var members = JSONMembers(of: root)
        guard try Self.requiredValue(&members, "specversion").isText("1.0") else {
            throw EnvelopeFault(.malformed, "specversion is not 1.0")
        }
        // Values that are present are strings.
        id = try Self.requiredValue(&members, "id").string(likely: likely.id) ?? ""
        source = try Self.required(&members, "source")
        type = try Self.required(&members, "type")
        subject = try Self.optional(&members, "subject")
        sentAt = try Self.present(&members, "time").map { time throws(EnvelopeFault) in
            guard let instant = time.withText({ Instant(utf8: $0) }) ?? nil else {
                throw EnvelopeFault(.malformed, "time is no RFC 3339 instant")
            }
            return instant
        }
        if let format = try Self.present(&members, "datacontenttype"), !MediaType.isJSON(format) {
            throw EnvelopeFault(.malformed, "datacontenttype is not application/json")
        }
        regency = try Self.optional(&members, "regency")
        correlationId = try Self.present(&members, "correlationid")?.string(likely: likely.correlationId)
        causation = try Self.present(&members, "causationid")
        traceparent = try Self.present(&members, "traceparent")?.string(likely: likely.traceparent)
        tracestate = traceparent == nil ? nil : members.value(of: "tracestate")?.string.flatMap { TraceContext.state($0) }
        sequence = try Self.present(&members, "sequence").map { digits throws(EnvelopeFault) in
            guard let number = digits.withText(Self.number) ?? nil else {
                throw EnvelopeFault(.malformed, "sequence is no string of up to 20 digits")
            }
            return number
        }
        guard let data = members.value(of: "data"), !data.isNull else { throw EnvelopeFault(.malformed, "data is missing") }
        guard data.kind == .object else { throw EnvelopeFault(.malformed, "data is no object") }
        self.data = data
    }

    /// Stores would keep an attribute only up to there. Of what stands within the data, whoever reads that judges.
    private static func refuseNull(in root: JSONValue) throws(EnvelopeFault) {
        for (name, value) in root.members where name.utf8.contains(0) || value.withText({ $0.contains(0) }) == true {
            throw EnvelopeFault(.malformed, "an attribute, or its name, has the character U+0000")
        }
    }

    /// Up to 20 digits that fit into 64 bits.
    private static func number(_ digits: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard 1...20 ~= digits.count else { return nil }
        var number: Int64 = 0
        for digit in digits {
            let (tenfold, overflow) = number.multipliedReportingOverflow(by: 10)
            let (next, overflowToo) = tenfold.addingReportingOverflow(Int64(digit &- 0x30))
            if digit &- 0x30 > 9 || overflow || overflowToo { return nil }
            number = next
        }
        return number
    }

    /// Attributes are non-empty strings of at most 1,000 bytes.
    private static func present(_ members: inout JSONMembers, _ name: StaticString) throws(EnvelopeFault) -> JSONValue? {
        guard let value = members.value(of: name), !value.isNull else { return nil }
        guard value.withText({ 1...1000 ~= $0.count }) == true else {
            throw EnvelopeFault(.malformed, "\(name) is no text of 1 to 1000 bytes")
        }
        return value
    }

    private static func optional(_ members: inout JSONMembers, _ name: StaticString) throws(EnvelopeFault) -> String? {
        try present(&members, name)?.string
    }

    private static func required(_ members: inout JSONMembers, _ name: StaticString) throws(EnvelopeFault) -> String {
        try requiredValue(&members, name).string ?? ""
    }

    private static func requiredValue(_ members: inout JSONMembers, _ name: StaticString) throws(EnvelopeFault) -> JSONValue {
        guard let value = try present(&members, name) else { throw EnvelopeFault(.malformed, "\(name) is missing") }
        return value
    }
}

/// Why a message is parked; the `reason` of `/v1/parked`.
public enum ParkReason: String, Sendable, Hashable, CaseIterable {
    /// Not an acceptable envelope.
    case malformed
    /// No service of this contract knows the type or version, or this queue is not its place.
    case unknownType = "unknown-type"
    /// The content type is absent or another one.
    case contentType = "content-type"
    case oversize = "over-size"
    /// Delivered with a routing key of another service than the one named in its type.
    case forged
    /// An event whose data breaks the contract.
    case invalidData = "invalid-data"
    /// The same message id, or business key, with other content.
    case conflict
    /// A rejected report of something that has already happened, for a person to look at.
    case rejected
    /// It does not fit what is already known.
    case inconsistent
    /// The handler threw, or the process died with it.
    case poison
    /// The broker dead-lettered it.
    case deadLettered = "dead-lettered"
}

/// Why an envelope cannot be used.
public struct EnvelopeFault: Error, Sendable, Hashable {
    public var reason: ParkReason
    public var message: String

    public init(_ reason: ParkReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

enum MediaType {
    /// `application/cloudevents+json`, with any parameter but another character set than UTF-8.
    static func isCloudEvent(_ contentType: String) -> Bool {
        let type = "application/cloudevents+json"
        if contentType == type { return true }
        return essence(of: contentType) == type && charsets(of: contentType).allSatisfy { $0 == "utf-8" }
    }

    static func isJSON(_ contentType: JSONValue) -> Bool {
        contentType.isText("application/json") || contentType.string.map { isType("application/json", $0) } ?? false
    }

    /// Almost every sender writes it plainly; only the others pay for taking it apart.
    private static func isType(_ type: String, _ contentType: String) -> Bool { contentType == type || essence(of: contentType) == type }

    private static func essence(of contentType: String) -> String {
        let essence = contentType.prefix { $0 != ";" }
        return trimmed(essence).lowercased()
    }

    /// Values of every `charset` parameter; names and character sets know no case, and a value may stand in quotes.
    private static func charsets(of contentType: String) -> [String] {
        contentType.split(separator: ";", omittingEmptySubsequences: false).dropFirst().compactMap { parameter in
            let sides = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard trimmed(sides[0]).lowercased() == "charset" else { return nil }
            var value = trimmed(sides.count == 2 ? sides[1] : "")[...]
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            return value.lowercased()
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
        return String(text.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
