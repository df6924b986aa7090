import CRabbitMQ
import Glibc

// Decoded bytes live in librabbitmq's pool until the next release and are not NUL-terminated: everything is copied.

extension amqp_bytes_t {
    var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : len) }
    /// Repairs what is not UTF-8.
    var text: String { String(decoding: buffer, as: UTF8.self) }
    var array: [UInt8] { [UInt8](buffer) }
}

/// Remembers the last text of one field: exchange, type and the like repeat from message to message.
struct TextCache {
    private var last = ""

    mutating func text(_ bytes: amqp_bytes_t) -> String {
        let buffer = bytes.buffer
        let isSame = last.withUTF8 { last in
            guard last.count == buffer.count else { return false }
            guard let (a, b) = last.baseAddress.flatMap({ a in buffer.baseAddress.map { b in (a, b) } }) else { return true }
            return memcmp(a, b, last.count) == 0
        }
        if !isSame { last = bytes.text }
        return last
    }
}

extension amqp_table_t {
    /// - Parameter depth: how much deeper tables and arrays may nest; what is beyond becomes `null`.
    func decoded(depth: Int = RabbitMQLimits.headerDepth) -> [String: FieldValue] {
        if num_entries <= 0 { return [:] }
        var table = [String: FieldValue](minimumCapacity: Int(num_entries))
        for index in 0..<Int(num_entries) { table[entries[index].key.text] = entries[index].value.decoded(depth: depth) }
        return table
    }
}

extension amqp_field_value_t {
    func decoded(depth: Int) -> FieldValue {
        switch UInt32(kind) {
        case AMQP_FIELD_KIND_UTF8.rawValue: return .string(value.bytes.text)
        case AMQP_FIELD_KIND_BYTES.rawValue: return .bytes(value.bytes.array)
        case AMQP_FIELD_KIND_BOOLEAN.rawValue: return .bool(value.boolean != 0)
        case AMQP_FIELD_KIND_I8.rawValue: return .int(Int64(value.i8))
        case AMQP_FIELD_KIND_U8.rawValue: return .int(Int64(value.u8))
        case AMQP_FIELD_KIND_I16.rawValue: return .int(Int64(value.i16))
        case AMQP_FIELD_KIND_U16.rawValue: return .int(Int64(value.u16))
        case AMQP_FIELD_KIND_I32.rawValue: return .int(Int64(value.i32))
        case AMQP_FIELD_KIND_U32.rawValue: return .int(Int64(value.u32))
        case AMQP_FIELD_KIND_I64.rawValue: return .int(value.i64)
        case AMQP_FIELD_KIND_U64.rawValue: return .int(Int64(clamping: value.u64))
        case AMQP_FIELD_KIND_F32.rawValue: return .double(Double(value.f32))
        case AMQP_FIELD_KIND_F64.rawValue: return .double(value.f64)
        case AMQP_FIELD_KIND_DECIMAL.rawValue:
            var number = Double(value.decimal.value)
            for _ in 0..<value.decimal.decimals { number /= 10 }
            return .double(number)
        case AMQP_FIELD_KIND_TIMESTAMP.rawValue: return .timestamp(value.u64)
        case AMQP_FIELD_KIND_TABLE.rawValue: return depth > 1 ? .table(value.table.decoded(depth: depth - 1)) : .null
        case AMQP_FIELD_KIND_ARRAY.rawValue:
            if depth <= 1 { return .null }
            return .array((0..<Int(max(0, value.array.num_entries))).map { value.array.entries[$0].decoded(depth: depth - 1) })
        default: return .null
        }
    }
}

/// Decodes properties by their flags alone; one per connection for its caches.
struct PropertiesDecoder {
    private var contentType = TextCache()
    private var contentEncoding = TextCache()
    private var type = TextCache()
    private var replyTo = TextCache()
    private var appId = TextCache()
    private var userId = TextCache()

    /// - Parameter properties: with nothing in them.
    mutating func decode(_ native: borrowing amqp_basic_properties_t, into properties: inout MessageProperties) {
        let flags = Int32(bitPattern: native._flags)
        if flags & AMQP_BASIC_CONTENT_TYPE_FLAG != 0 { properties.contentType = contentType.text(native.content_type) }
        if flags & AMQP_BASIC_CONTENT_ENCODING_FLAG != 0 {
            properties.contentEncoding = contentEncoding.text(native.content_encoding)
        }
        if flags & AMQP_BASIC_HEADERS_FLAG != 0, native.headers.num_entries > 0 { properties.headers = native.headers.decoded() }
        if flags & AMQP_BASIC_DELIVERY_MODE_FLAG != 0 { properties.deliveryMode = native.delivery_mode }
        if flags & AMQP_BASIC_PRIORITY_FLAG != 0 { properties.priority = native.priority }
        if flags & AMQP_BASIC_CORRELATION_ID_FLAG != 0 { properties.correlationId = native.correlation_id.text }
        if flags & AMQP_BASIC_REPLY_TO_FLAG != 0 { properties.replyTo = replyTo.text(native.reply_to) }
        if flags & AMQP_BASIC_EXPIRATION_FLAG != 0 { properties.expiration = native.expiration.text }
        if flags & AMQP_BASIC_MESSAGE_ID_FLAG != 0 { properties.messageId = native.message_id.text }
        if flags & AMQP_BASIC_TIMESTAMP_FLAG != 0 { properties.timestamp = native.timestamp }
        if flags & AMQP_BASIC_TYPE_FLAG != 0 { properties.type = type.text(native.type) }
        if flags & AMQP_BASIC_USER_ID_FLAG != 0 { properties.userId = userId.text(native.user_id) }
        if flags & AMQP_BASIC_APP_ID_FLAG != 0 { properties.appId = appId.text(native.app_id) }
    }
}
