/// One value of an AMQP field table (message headers, queue arguments).
///
/// Integers of every width decode to `int` (unsigned 64-bit ones are clamped), both float widths and decimals to `double`.
public enum FieldValue: Sendable, Hashable {
    case string(String)
    case int(Int64)
    case bool(Bool)
    case bytes([UInt8])
    case double(Double)
    /// Seconds since 1970-01-01 UTC.
    case timestamp(UInt64)
    case table([String: FieldValue])
    case array([FieldValue])
    case null
}

extension FieldValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
