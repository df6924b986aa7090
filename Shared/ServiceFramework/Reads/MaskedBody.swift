import Primitives
import StrictJSON

/// A message's body as text, its phone and account numbers masked.
///
/// A body is parked because it is not as it should be, so this is no parser: it looks for names of such fields, however they are written, and
/// masks what follows. What is no JSON at all loses every long number besides: rather one too many than somebody's.
struct MaskedBody {
    let text: String
    let isMasked: Bool

    init(_ body: [UInt8]) {
        // Bytes that are no text are shown with replacement characters; the hash tells them apart.
        let plain = String(decoding: body, as: UTF8.self)
        var masked = Self.masked(plain, nesting: 0)
        if (try? JSONDocument(parsing: body)) == nil { masked = Self.withoutNumbers(masked, from: Self.shortestNumber) }
        text = masked
        isMasked = masked.utf8.count != plain.utf8.count || masked != plain
    }

    private static let deepest = 4

    private static func masked(_ text: String, nesting: Int) -> String {
        var scan = MaskingScan(Array(text.utf8), nesting: nesting)
        return scan.run()
    }

    /// A string that holds a message itself, as when data was written twice.
    fileprivate static func masked(nested text: String, nesting: Int) -> String {
        guard nesting < deepest, SensitiveName.mayBe(in: text) else { return text }
        return masked(text, nesting: nesting + 1)
    }

    /// Numbers as people write them: digits with single blanks, dashes and the like between them. In UTF-16 there is a null in between.
    fileprivate static func withoutNumbers(_ text: String, from shortest: Int) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index].isDigit else {
                out.append(bytes[index])
                index += 1
                continue
            }
            var (end, digits, next) = (index, 0, index)
            while next < bytes.count {
                if bytes[next].isDigit {
                    digits += 1
                    end = next + 1
                } else if !(" -.()+/\0".utf8.contains(bytes[next]) && next - end < 2) {
                    break
                }
                next += 1
            }
            let number = bytes[index..<end]
            out += digits < shortest ? Array(number) : Array(Masked.phone(String(decoding: number, as: UTF8.self)).utf8)
            index = end
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let shortestNumber = 9
}

/// Names of fields that hold what is masked.
private enum SensitiveName {
    case phone, account, everything

    private static let phones = ["phone", "telepon", "telp", "ponsel", "whatsapp", "msisdn", "mobile"]
    private static let accounts = ["accountnumber", "accountno", "accountnum", "rekening", "norek", "bankaccount", "iban"]

    /// - Parameter name: in any case, with or without separators.
    init?(_ name: String) {
        let plain = String(decoding: name.lowercased().utf8.filter { $0.isDigit || (0x61...0x7A).contains($0) }, as: UTF8.self)
        if Self.accounts.contains(where: plain.contains) || plain == "account" {
            self = .account
        } else if Self.phones.contains(where: plain.contains) || ["hp", "nohp", "hpno", "wa", "nowa"].contains(plain) {
            self = .phone
        } else if plain == "database64" {
            self = .everything
        } else {
            return nil
        }
    }

    static func mayBe(in text: String) -> Bool {
        // One that is escaped once more has its letters somewhere behind a backslash.
        let plain = text.lowercased()
        return plain.contains("\\u")
            || (phones + ["account", "rekening", "norek", "iban", "hp", "wa", "base64"]).contains(where: plain.contains)
    }

    func masked(_ value: String) -> String {
        switch self {
        case .phone: Masked.phone(value)
        case .account: Masked.account(value)
        case .everything: "****"
        }
    }
}

/// One pass over a body, copying what may be seen.
private struct MaskingScan {
    private let bytes: [UInt8]
    private let nesting: Int
    private var position = 0
    private var out: [UInt8] = []
    private var depth = 0
    /// While everything inside of a container is masked: what it is, and how deep the container lies.
    private var masking: (name: SensitiveName, depth: Int)?

    init(_ bytes: [UInt8], nesting: Int) {
        self.bytes = bytes
        self.nesting = nesting
        out.reserveCapacity(bytes.count)
    }

    mutating func run() -> String {
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""): string()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                copy()
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if let masking, depth <= masking.depth { self.masking = nil }
                copy()
            case _ where byte.isDigit && masking != nil: bare(masking?.name)
            case _ where byte.isWord: word()
            default: copy()
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private mutating func copy() {
        out.append(bytes[position])
        position += 1
    }

    private mutating func copySpace() { while position < bytes.count, bytes[position].isSpace { copy() } }

    /// A text in quotes: a name, if a colon follows.
    private mutating func string() {
        let start = position
        let content = quoted()
        let end = position
        copySpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
            out.insert(contentsOf: value(content, bytes[start..<end]), at: out.count - (position - end))
            return
        }
        out.insert(contentsOf: bytes[start..<end], at: out.count - (position - end))
        guard let name = SensitiveName(content.text) else { return }
        copy()
        copySpace()
        valueOf(name)
    }

    private func value(_ content: (text: String, isWhole: Bool), _ raw: ArraySlice<UInt8>) -> [UInt8] {
        let masked = masking?.name.masked(content.isWhole ? content.text : "") ?? MaskedBody.masked(nested: content.text, nesting: nesting)
        return masked == content.text ? Array(raw) : Self.written(masked)
    }

    private static func written(_ text: String) -> [UInt8] {
        var json = JSONWriter()
        json.string(text)
        return json.bytes
    }

    /// What follows the name of something that is to be masked, and its colon.
    private mutating func valueOf(_ name: SensitiveName) {
        guard position < bytes.count else { return }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            let content = quoted()
            out += Self.written(name.masked(content.isWhole ? content.text : ""))
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if masking == nil { masking = (name, depth) }
        default: bare(name)
        }
    }

    /// A text from its quote to behind the other one; the end of a body that was cut off ends it too.
    private mutating func quoted() -> (text: String, isWhole: Bool) {
        position += 1
        let start = position
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\\") {
                position = min(position + 2, bytes.count)
            } else if bytes[position] == UInt8(ascii: "\"") {
                position += 1
                return (Self.unescaped(bytes[start..<position - 1]), true)
            } else {
                position += 1
            }
        }
        return (Self.unescaped(bytes[start...]), false)
    }

    private static func unescaped(_ content: ArraySlice<UInt8>) -> String {
        guard content.contains(UInt8(ascii: "\\")) else { return String(decoding: content, as: UTF8.self) }
        let quoted = [UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")]
        if let text = try? JSONDocument(parsing: quoted).root.string { return text }
        // Not as JSON writes it: only what every escape is for.
        return String(decoding: content.filter { $0 != UInt8(ascii: "\\") }, as: UTF8.self)
    }

    /// A number, or whatever stands there without quotes.
    private mutating func bare(_ name: SensitiveName?) {
        let start = position
        while position < bytes.count, !",}]<&;\n\r\"'".utf8.contains(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        let isWord = ["null", "true", "false"].contains(text.trimmed)
        if let name, !isWord, text.utf8.contains(where: { $0.isWord }) {
            // At the end of the body it was cut off, and its last digits are not the number's.
            out += Self.written(name.masked(position < bytes.count ? text : ""))
        } else {
            out += bytes[start..<position]
        }
    }

    /// A word without quotes: `phone=0812…`, `phone: 0812…`, `<phone>0812…`, `'phone': '0812…'`.
    private mutating func word() {
        let start = position
        while position < bytes.count, bytes[position].isWord || bytes[position] == UInt8(ascii: "_") { position += 1 }
        let word = bytes[start..<position]
        out += word
        guard let name = SensitiveName(String(decoding: word, as: UTF8.self)) else { return }
        let separators = position
        while position < bytes.count, " \t'\":=>#.".utf8.contains(bytes[position]) { copy() }
        if position == separators { return }
        let value = position
        while position < bytes.count, !"<&,;'\"}]\n\r".utf8.contains(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[value..<position], as: UTF8.self)
        out += (name == .everything ? name.masked(text) : MaskedBody.withoutNumbers(text, from: 5)).utf8
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self &- 0x30 < 10 }
    fileprivate var isWord: Bool { isDigit || (self | 0x20) &- 0x61 < 26 }
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
