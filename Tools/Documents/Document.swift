/// A file, or a part of one, that follows from the services' indexes. `make generate` writes it; a test fails when it differs.
public struct Document: Sendable {
    /// Relative to the root of the project.
    public let path: String
    /// The whole file as it should be, given what it is now.
    public let render: @Sendable (_ current: String) throws -> String

    public static let all: [Document] =
        [
            topologyManifest, messageManifest, messageMap, metrics, asyncAPI, openAPI, topologyDefinitions, configuration, martctl,
        ] + serviceLists

    /// Replaces what stands between two marker lines.
    static func replacing(between start: String, and end: String, in text: String, with content: String) throws -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.firstIndex(where: { $0 == start }), let last = lines.firstIndex(where: { $0 == end }), first < last else {
            throw MarkerMissing(description: "the lines '\(start)' and '\(end)' are missing")
        }
        return (lines[...first].map(String.init) + [content] + lines[last...].map(String.init)).joined(separator: "\n")
    }

    struct MarkerMissing: Error, CustomStringConvertible {
        let description: String
    }
}
