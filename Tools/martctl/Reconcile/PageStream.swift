import StrictJSON

/// The items of a list in the order of their ids, a page in memory at a time.
struct PageStream {
    private let side: HTTPClient
    private let path: String
    private var page: [JSONValue] = []
    private var index = 0
    private var after: String?
    private var isLast = false

    init(_ side: HTTPClient, _ path: String) {
        self.side = side
        self.path = path
    }

    /// The next item, or nil at the end.
    mutating func next() async throws -> JSONValue? {
        while index == page.count {
            if isLast { return nil }
            let document = try await side.get("\(path)?limit=500" + (after.map { "&after=\(HTTPClient.escaped($0))" } ?? ""))
            page = document["items"]?.elements ?? []
            index = 0
            after = document["next"]?.string
            isLast = after == nil
        }
        defer { index += 1 }
        return page[index]
    }
}
