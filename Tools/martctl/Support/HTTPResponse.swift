/// An HTTP/1.1 response, complete: status and body, delimited by length, by chunks, or by the end of the connection.
struct HTTPResponse {
    let status: Int
    let body: [UInt8]

    /// Nil when the bytes are no complete response.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
        var length: Int?
        var isChunked = false
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == " " }
            switch parts[0].lowercased() {
            case "content-length": length = Int(value)
            case "transfer-encoding": isChunked = value.lowercased().contains("chunked")
            default: break
            }
        }
        let rest = bytes[end.upperBound...]
        self.status = status
        if isChunked {
            guard let body = Self.unchunked(rest) else { return nil }
            self.body = body
        } else if let length {
            guard rest.count >= length else { return nil }
            body = Array(rest.prefix(length))
        } else {
            body = Array(rest)
        }
    }

    private static func unchunked(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = bytes
        var body: [UInt8] = []
        while let line = rest.firstRange(of: Array("\r\n".utf8)) {
            let size = String(decoding: rest[..<line.lowerBound].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            guard let count = Int(size, radix: 16), rest.endIndex - line.upperBound >= count else { return nil }
            if count == 0 { return body }
            body += rest[line.upperBound..<line.upperBound + count]
            rest = rest[(line.upperBound + count)...].dropFirst(2)
        }
        return nil
    }
}
