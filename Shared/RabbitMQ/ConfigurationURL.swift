/// The parts of an AMQP URL. Errors name the part at fault and never quote it, since it may hold a password.
struct ConfigurationURL {
    var tls = false
    var user: String?
    var password: String?
    var hosts: [RabbitMQConfiguration.Host] = []
    var virtualHost: String?

    init(_ url: String) throws(RabbitMQError) {
        guard let colon = url.firstRange(of: "://") else { throw .invalidConfiguration("the URL has no scheme") }
        switch url[..<colon.lowerBound].lowercased() {
        case "amqp": tls = false
        case "amqps": tls = true
        default: throw .invalidConfiguration("the URL's scheme is neither amqp nor amqps")
        }
        var rest = url[colon.upperBound...]
        if rest.contains("?") || rest.contains("#") {
            throw .invalidConfiguration("the URL has a query or fragment (percent-encode ? and # in names)")
        }
        if let slash = rest.firstIndex(of: "/") {
            let path = rest[rest.index(after: slash)...]
            if path.contains("/") { throw .invalidConfiguration("the URL's virtual host has a slash (percent-encode it as %2f)") }
            // "amqp://host/" names the empty virtual host by the letter of the URI specification; nobody means that.
            if !path.isEmpty { virtualHost = try Self.decode(path, "virtual host") }
            rest = rest[..<slash]
        }
        // The last @, since people forget to encode one in a password.
        if let at = rest.lastIndex(of: "@") {
            let credentials = rest[..<at]
            rest = rest[rest.index(after: at)...]
            let colon = credentials.firstIndex(of: ":") ?? credentials.endIndex
            user = try Self.decode(credentials[..<colon], "user")
            if colon != credentials.endIndex { password = try Self.decode(credentials[credentials.index(after: colon)...], "password") }
        }
        for part in rest.split(separator: ",", omittingEmptySubsequences: false) { hosts.append(try Self.host(part, tls: tls)) }
    }

    private static func host(_ text: Substring, tls: Bool) throws(RabbitMQError) -> RabbitMQConfiguration.Host {
        var name = text
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .invalidConfiguration("the URL has an address without its bracket") }
            name = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            if !tail.isEmpty {
                guard tail.first == ":" else { throw .invalidConfiguration("the URL has text after an address in brackets") }
                port = tail.dropFirst()
            }
        } else if let colon = text.firstIndex(of: ":") {
            name = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        if name.isEmpty { throw .invalidConfiguration("the URL has an empty host") }
        guard let port else { return RabbitMQConfiguration.Host(name: String(name), port: tls ? 5671 : 5672) }
        guard let number = UInt16(port), number > 0 else { throw .invalidConfiguration("the URL has a port that is no number") }
        return RabbitMQConfiguration.Host(name: String(name), port: number)
    }

    private static func decode(_ text: Substring, _ part: String) throws(RabbitMQError) -> String {
        var bytes: [UInt8] = []
        var input = text.utf8.makeIterator()
        while let byte = input.next() {
            if byte != UInt8(ascii: "%") {
                bytes.append(byte)
                continue
            }
            guard let high = input.next(), let low = input.next(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16), high != UInt8(ascii: "+")
            else { throw .invalidConfiguration("the URL's \(part) has a percent sign without two hex digits") }
            bytes.append(value)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !decoded.utf8.contains(0) else {
            throw .invalidConfiguration("the URL's \(part) is not UTF-8 text")
        }
        return decoded
    }
}
