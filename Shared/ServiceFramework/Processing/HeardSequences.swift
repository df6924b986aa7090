import Storage

/// Which sequences of the services' events were heard: a bit for each, for ever. A new message under one of them is a fork: its source's store
/// was put back to an older copy, and goes on where it had been before (docs/decisions/0012-forks.md).
///
/// What was before this was kept is not remembered, and is no fork.
final class HeardSequences {
    /// The bits of 512 sequences that follow each other.
    private struct Chunk {
        let number: Int64
        var bits: [UInt8]
        var isChanged = false
    }

    private static let size: Int64 = 512
    /// Sources that are kept in memory; there are a few, unless somebody makes them up.
    private static let most = 64

    /// By the number of the source, the one that was looked at last.
    private var chunks: [Int64: Chunk] = [:]

    private static let find = SQL("SELECT bits FROM heard WHERE source = ? AND chunk = ?")
    private static let write = SQL(
        "INSERT INTO heard (source, chunk, bits) VALUES (?, ?, ?) ON CONFLICT (source, chunk) DO UPDATE SET bits = excluded.bits")

    func contains(_ sequence: Int64, of source: Int64, in connection: Connection) throws -> Bool {
        try turn(to: sequence / Self.size, of: source, in: connection)
        let (place, bit) = Self.place(of: sequence)
        return (chunks[source]?.bits[place] ?? 0) & bit != 0
    }

    func note(_ sequence: Int64, of source: Int64, in connection: Connection) throws {
        try turn(to: sequence / Self.size, of: source, in: connection)
        let (place, bit) = Self.place(of: sequence)
        chunks[source]?.bits[place] |= bit
        chunks[source]?.isChanged = true
    }

    /// Once for each transaction, before its commit.
    func save(in connection: Connection) throws {
        for (source, chunk) in chunks where chunk.isChanged {
            try connection.execute(Self.write, source, chunk.number, chunk.bits)
            chunks[source]?.isChanged = false
        }
    }

    /// After a rollback.
    func forget() { chunks = [:] }

    private func turn(to number: Int64, of source: Int64, in connection: Connection) throws {
        if chunks[source]?.number == number { return }
        if chunks[source]?.isChanged == true || chunks.count >= Self.most { try save(in: connection) }
        if chunks.count >= Self.most { chunks = [:] }
        let bits = try connection.first(Self.find, source, number) { $0.blob(0) }
        chunks[source] = Chunk(number: number, bits: bits ?? [UInt8](repeating: 0, count: Int(Self.size) / 8))
    }

    /// Of those that were heard.
    static func highest(inChunk number: Int64, _ bits: [UInt8]) -> Int64 {
        let place = bits.lastIndex { $0 != 0 } ?? 0
        let bit = bits.isEmpty ? 0 : max(0, 7 - bits[place].leadingZeroBitCount)
        return number * size + Int64(place * 8 + bit)
    }

    private static func place(of sequence: Int64) -> (index: Int, bit: UInt8) {
        let place = Int(sequence % size)
        return (place / 8, 1 << UInt8(place % 8))
    }
}
