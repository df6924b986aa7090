import StrictJSON

/// JSON on a line, for programs.
enum JSONLine {
    static func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return text(json.bytes)
    }

    /// JSON that somebody else has written: it may go over several lines, between its tokens.
    static func text(_ json: [UInt8]) -> String {
        String(decoding: json.lazy.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
            + "\n"
    }
}
