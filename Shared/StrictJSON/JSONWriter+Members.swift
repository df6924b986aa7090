/// Members in one line each, for replies and read models.
extension JSONWriter {
    public mutating func member(_ name: StaticString, _ value: Int) {
        key(name)
        int(value)
    }

    public mutating func member(_ name: StaticString, _ value: Int128) {
        key(name)
        int(value)
    }

    public mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Leaves the member out when the value is nil: on this wire, absent and null are the same.
    public mutating func member(_ name: StaticString, ifPresent value: String?) {
        if let value { member(name, value) }
    }

    public mutating func member(_ name: StaticString, ifPresent value: Int64?) {
        if let value { member(name, value) }
    }

    public mutating func member(_ name: StaticString, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    public mutating func object(_ name: StaticString, _ content: (inout JSONWriter) throws -> Void) rethrows {
        key(name)
        try object(content)
    }

    public mutating func object(_ content: (inout JSONWriter) throws -> Void) rethrows {
        beginObject()
        try content(&self)
        endObject()
    }

    public mutating func array<Element>(
        _ name: StaticString, _ elements: some Sequence<Element>, _ content: (inout JSONWriter, Element) throws -> Void
    ) rethrows {
        key(name)
        try array(elements, content)
    }

    public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ content: (inout JSONWriter, Element) throws -> Void
    ) rethrows {
        beginArray()
        for element in elements { try content(&self, element) }
        endArray()
    }

    /// One object's bytes.
    public static func object(_ content: (inout JSONWriter) throws -> Void) rethrows -> [UInt8] {
        var writer = JSONWriter()
        try writer.object(content)
        return writer.bytes
    }
}
