import CRabbitMQ
import Glibc

/// Memory for the strings and tables of one outgoing message or RPC; everything in it lives until `reset()`.
///
/// Bump allocation: librabbitmq wants pointers that live through the call, and nested closures per string would cost more than the copy.
final class Arena {
    private var block: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0
    /// Blocks that became too small, kept since pointers into them are still in use.
    private var outgrown: [UnsafeMutableRawPointer] = []

    init(capacity: Int = RabbitMQLimits.arenaBytes) {
        self.capacity = capacity
        block = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        block.deallocate()
        for block in outgrown { block.deallocate() }
    }

    /// Forgets everything.
    func reset() {
        used = 0
        if outgrown.isEmpty { return }
        for block in outgrown { block.deallocate() }
        outgrown.removeAll()
    }

    func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        if used + byteCount > capacity {
            outgrown.append(block)
            capacity = max(capacity * 2, byteCount)
            block = .allocate(byteCount: capacity, alignment: 16)
            used = 0
        }
        let pointer = block + used
        used += (byteCount + 15) & ~15
        return pointer
    }

    func allocate<Element>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
        allocate(byteCount: count * MemoryLayout<Element>.stride).bindMemory(to: type, capacity: count)
    }

    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard let base = source.baseAddress, source.count > 0 else { return amqp_bytes_t(len: 0, bytes: nil) }
        let copy = allocate(byteCount: source.count)
        copy.copyMemory(from: base, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: copy)
    }

    /// A table in librabbitmq's form. Sizes and depth have been checked before (`OutgoingMessage+Validation`).
    func table(_ table: [String: FieldValue]) -> amqp_table_t {
        if table.isEmpty { return amqp_table_t(num_entries: 0, entries: nil) }
        let entries = allocate(amqp_table_entry_t.self, count: table.count)
        var index = 0
        for (key, value) in table {
            entries[index] = amqp_table_entry_t(key: bytes(key), value: field(value))
            index += 1
        }
        return amqp_table_t(num_entries: Int32(table.count), entries: entries)
    }

    private func field(_ value: FieldValue) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        switch value {
        case .string(let text):
            field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            field.value.bytes = bytes(text)
        case .int(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
            field.value.i64 = number
        case .bool(let flag):
            field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
            field.value.boolean = flag ? 1 : 0
        case .bytes(let content):
            field.kind = UInt8(AMQP_FIELD_KIND_BYTES.rawValue)
            field.value.bytes = content.withUnsafeBytes(bytes)
        case .double(let number):
            field.kind = UInt8(AMQP_FIELD_KIND_F64.rawValue)
            field.value.f64 = number
        case .timestamp(let seconds):
            field.kind = UInt8(AMQP_FIELD_KIND_TIMESTAMP.rawValue)
            field.value.u64 = seconds
        case .table(let nested):
            field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
            field.value.table = table(nested)
        case .array(let elements):
            field.kind = UInt8(AMQP_FIELD_KIND_ARRAY.rawValue)
            let values = allocate(amqp_field_value_t.self, count: elements.count)
            for (index, element) in elements.enumerated() { values[index] = self.field(element) }
            field.value.array = amqp_array_t(num_entries: Int32(elements.count), entries: values)
        case .null:
            field.kind = UInt8(AMQP_FIELD_KIND_VOID.rawValue)
        }
        return field
    }
}
