import StrictJSON

/// JSON on a line, for programs.
enum JSONLine {
    static func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }
}
