/// "Did you mean …?"
enum Suggestion {
    /// The nearest of the known words, if it is near enough to be meant.
    static func nearest(to word: String, among known: [String]) -> String? {
        let nearest = known.map { (word: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
        return nearest.flatMap { $0.distance <= max(2, word.count / 4) ? $0.word : nil }
    }

    /// Levenshtein's: how many letters must be added, taken away or replaced.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
