import Messaging
import Primitives
import Testing

/// `/<service>~<n>` is the n-th life of `/<service>`; what looks otherwise is a name of its own.
struct SourceLifeTests {
    @Test(arguments: [
        ("/catalog", "/catalog", 0), ("/catalog~1", "/catalog", 1), ("/catalog~12", "/catalog", 12), ("/a~1~2", "/a~1", 2),
    ])
    func `a life is read from its source and written as it was`(source: String, origin: String, number: Int64) {
        let life = SourceLife(source)
        #expect(life == SourceLife(origin: origin, number: number))
        #expect(life.source == source)
    }

    @Test(arguments: ["", "~", "~1", "/a~", "/a~0", "/a~01", "/a~x", "/a~1x", "/a~-1", "/a~1234567890", "/a~١"])
    func `anything else is a first life of that name`(source: String) {
        #expect(SourceLife(source) == SourceLife(origin: source, number: 0))
        #expect(SourceLife(source).source == source)
    }
}
