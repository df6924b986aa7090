public import Contracts
public import StrictJSON

/// What our own envelopes say besides their data.
public struct EnvelopeHeader: Sendable {
    public var id: String
    public var source: String
    public var type: String
    public var subject: String
    public var time: String
    public var regency: String?
    public var correlationId: String
    public var causationId: String
    public var traceparent: String?
    public var tracestate: String?
    /// Nil for replies.
    public var sequence: Int64?

    @inlinable
    public init(
        id: String, source: String, type: String, subject: String, time: String, regency: String? = nil, correlationId: String,
        causationId: String, traceparent: String? = nil, tracestate: String? = nil, sequence: Int64? = nil
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.subject = subject
        self.time = time
        self.regency = regency
        self.correlationId = correlationId
        self.causationId = causationId
        self.traceparent = traceparent
        self.tracestate = tracestate
        self.sequence = sequence
    }

    /// The body of a message with this header; `data` writes one JSON value.
    public func body(data: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 1024)
        write(to: &json, data: data)
        return json.bytes
    }

    /// The same, appended to `json`.
    public borrowing func write(to json: inout JSONWriter, data: (inout JSONWriter) -> Void) {
        json.beginObject()
        json.member("specversion", "1.0")
        json.member("id", id)
        json.member("source", source)
        json.member("type", type)
        // An empty attribute is none: the reply to something unreadable knows neither subject nor cause.
        json.member("subject", ifPresent: subject.isEmpty ? nil : subject)
        json.member("time", time)
        json.member("datacontenttype", "application/json")
        json.member("regency", ifPresent: regency)
        json.member("correlationid", ifPresent: correlationId.isEmpty ? nil : correlationId)
        json.member("causationid", ifPresent: causationId.isEmpty ? nil : causationId)
        json.member("traceparent", ifPresent: traceparent)
        json.member("tracestate", ifPresent: tracestate)
        if let sequence {
            json.key("sequence")
            json.paddedDigits(sequence)
        }
        json.key("data")
        data(&json)
        json.endObject()
    }

    public func body(data record: some Record) -> [UInt8] { body { FieldWriter.write(record, to: &$0) } }
}
