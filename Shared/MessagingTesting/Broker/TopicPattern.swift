/// A binding key of a topic exchange: words with dots between, `*` for one word, `#` for any number.
struct TopicPattern: Hashable {
    private let words: [Substring]

    init(_ pattern: String) { words = pattern.split(separator: ".", omittingEmptySubsequences: false) }

    func matches(_ routingKey: String) -> Bool {
        Self.matches(words[...], routingKey.split(separator: ".", omittingEmptySubsequences: false)[...])
    }

    private static func matches(_ pattern: ArraySlice<Substring>, _ key: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return key.isEmpty }
        if first == "#" { return matches(pattern.dropFirst(), key) || (!key.isEmpty && matches(pattern, key.dropFirst())) }
        guard let word = key.first, first == "*" || first == word else { return false }
        return matches(pattern.dropFirst(), key.dropFirst())
    }
}
