import StrictJSON

/// One thing on which two services do not agree.
struct Difference {
    enum Kind: String, CaseIterable {
        /// Consignment told it, Settlement has not posted it.
        case unposted
        /// Settlement posted it, Consignment does not know it.
        case unknown
        /// Both have it, and say different things.
        case unlike
    }

    let what: String
    let kind: Kind
    let id: String
    let told: JSONValue?
    let posted: JSONValue?
    /// For a person.
    let detail: String

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("what", what)
            json.member("kind", kind.rawValue)
            json.member("id", id)
            json.member("detail", detail)
            for (name, value) in [("consignment", told), ("settlement", posted)] {
                json.key(named: name)
                if let value { json.raw(value.rawBytes) } else { json.null() }
            }
        }
    }
}

/// Holds two lists against each other, both ordered by id, in one pass.
enum Reconciliation {
    /// - Returns: how many ids were seen.
    static func run(
        _ what: String, told: inout PageStream, posted: inout PageStream, _ found: (Difference) async throws -> Void
    ) async throws -> Int {
        var count = 0
        var (left, right) = (try await told.next(), try await posted.next())
        while left != nil || right != nil {
            count += 1
            let (ours, theirs) = (left.map(id), right.map(id))
            let (takesLeft, takesRight) = order(ours, theirs)
            if let difference = judge(what, takesLeft ? left : nil, takesRight ? right : nil) { try await found(difference) }
            if takesLeft { left = try await told.next() }
            if takesRight { right = try await posted.next() }
        }
        return count
    }

    /// Which of the two heads comes next; both where they are of one thing. By bytes, as the stores order them.
    static func order(_ left: String?, _ right: String?) -> (left: Bool, right: Bool) {
        guard let left else { return (false, right != nil) }
        guard let right else { return (true, false) }
        if left == right { return (true, true) }
        let isFirst = left.utf8.lexicographicallyPrecedes(right.utf8)
        return (isFirst, !isFirst)
    }

    /// What is wrong with a thing as one side told it and the other posted it; nil if nothing.
    static func judge(_ what: String, _ told: JSONValue?, _ posted: JSONValue?) -> Difference? {
        switch (told, posted) {
        case (nil, nil): return nil
        case (let told?, nil):
            return Difference(
                what: what, kind: .unposted, id: id(told), told: told, posted: nil, detail: "net \(net(told)) told, not posted")
        case (nil, let posted?):
            return Difference(
                what: what, kind: .unknown, id: id(posted), told: nil, posted: posted,
                detail: "net \(net(posted)) posted, not known to consignment")
        case (let told?, let posted?):
            let unlike = faults(told, posted, "")
            if unlike.isEmpty { return nil }
            return Difference(what: what, kind: .unlike, id: id(told), told: told, posted: posted, detail: unlike.joined(separator: "; "))
        }
    }

    private static func id(_ item: JSONValue) -> String { item["id"]?.string ?? "" }
    private static func net(_ item: JSONValue) -> Int128 { item["net"]?.int128 ?? 0 }

    /// Members that differ. Where no money moved Settlement knows no tender.
    private static func faults(_ told: JSONValue, _ posted: JSONValue, _ path: String) -> [String] {
        if told.kind == .object, posted.kind == .object {
            let names = Set(told.members.map(\.name)).union(posted.members.map(\.name)).sorted()
            return names.flatMap { name -> [String] in
                let (left, right) = (told.member(name), posted.member(name))
                if name == "tender", right?.isNull ?? true { return [] }
                guard let left, let right else { return ["\(path)\(name) is on one side only"] }
                return faults(left, right, path + name + ".")
            }
        }
        if told.kind == .array, posted.kind == .array {
            let (left, right) = (told.elements, posted.elements)
            if left.count != right.count { return ["\(path.dropLast()): \(left.count) told, \(right.count) posted"] }
            return zip(left, right).enumerated().flatMap { faults($1.0, $1.1, "\(path)\($0).") }
        }
        if told.rawBytes == posted.rawBytes { return [] }
        return ["\(path.dropLast()): told \(text(told)), posted \(text(posted))"]
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.rawBytes, as: UTF8.self) }
}
