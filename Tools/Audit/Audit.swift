/// Recomputes every figure of the platform from a recorded event stream, with code that shares nothing with the services.
///
/// The stream is held against itself (sequences, causes, settlements against sales), and, where the read sides' figures are given,
/// against what the services say.
public struct Audit: Sendable {
    public let figures: Figures
    /// What the stream says about itself.
    public let findings: [Finding]
    private let books: Books
    private let ledger: Ledger
    private let lastSequences: [String: Int64]

    public init(_ recording: Recording) {
        books = Books(recording)
        ledger = Ledger(books)
        figures = Figures(books, ledger)
        lastSequences = recording.events.reduce(into: [:]) { $0[$1.source] = max($0[$1.source] ?? 0, $1.sequence ?? 0) }
        findings = StreamCheck.findings(recording, books) + SettlementCheck.findings(books, ledger) + GoodsCheck.findings(books)
    }

    /// Holds the figures against what the services say on their read sides.
    public func compare(with stated: ReadSide) -> [Finding] {
        Comparison(books: books, ledger: ledger, figures: figures, stated: stated, lastSequences: lastSequences).findings
    }

    /// Who has sold or is registered; whose balances a comparison needs.
    public var sellerIds: [String] { Set(ledger.sellers.keys).union(books.sellers.keys).sorted() }
}
