/// Which answers came, and whether they were meant.
struct Tally {
    struct Refusal: Hashable {
        let code: String
        let command: String
        let why: String
    }

    private(set) var accepted = 0
    private(set) var duplicates = 0
    private(set) var refusals: [Refusal: Int] = [:]
    /// Answers other than the ones that were meant.
    private(set) var surprises: [String] = []
    private(set) var surpriseCount = 0

    var answered: Int { accepted + duplicates + refusals.values.reduce(0, +) }

    mutating func note(_ asked: Asked, _ answer: Answer) {
        switch answer.status {
        case "accepted": accepted += 1
        case "duplicate": duplicates += 1
        default: refusals[Refusal(code: answer.code, command: asked.request.name, why: asked.why), default: 0] += 1
        }
        if answer.code == asked.expected { return }
        surpriseCount += 1
        if surprises.count < 8 {
            surprises.append("\(asked.request.name) \(answer.subject): \(answer.code) instead of \(asked.expected) – \(answer.message)")
        }
    }
}
