import Foundation

/// What is written down of a store's life in a file beside it, `<service>.life`, so that a store that was lost, or put back to an older copy, is
/// missed at the next start.
///
/// First the highest life of which a number was ever given away, then what the store was when it was last looked at. Beside the backups lies
/// another one, with the number alone.
struct LifeNote: Sendable, Equatable {
    /// No life may have this number or a lower one again.
    var reserved: Int64
    /// Nil where a restore wrote the note and no service has opened the store yet.
    var stand: Stand?

    /// How far a store had come, at least.
    struct Stand: Sendable, Equatable {
        var life: Int64
        var storeId: String
        /// Of the last event, in that life.
        var sequence: Int64
        /// How many messages it had judged.
        var received: Int64
        /// Which file it was.
        var file: String
    }

    init(reserved: Int64, stand: Stand? = nil) {
        (self.reserved, self.stand) = (reserved, stand)
    }

    /// Nil if it does not even hold a number.
    init?(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        guard let first = lines.first?.first, let number = Int64(first), number >= 0 else { return nil }
        reserved = number
        var values: [String: String] = [:]
        for line in lines.dropFirst() where line.count == 2 { values[line[0]] = line[1] }
        if let life = values["life"].flatMap({ Int64($0) }), let storeId = values["store"],
            let sequence = values["sequence"].flatMap({ Int64($0) }), let received = values["received"].flatMap({ Int64($0) }),
            let file = values["file"]
        {
            stand = Stand(life: life, storeId: storeId, sequence: sequence, received: received, file: file)
        }
    }

    var text: String {
        var lines = ["\(reserved)"]
        if let stand {
            lines += [
                "life \(stand.life)", "store \(stand.storeId)", "sequence \(stand.sequence)", "received \(stand.received)",
                "file \(stand.file)",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    func write(to path: String, in folder: String) throws(BackupFault) {
        try DurableFile.replace(path, by: Array(text.utf8), in: folder)
    }
}
