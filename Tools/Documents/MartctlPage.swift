import MartctlKit

extension Document {
    /// Every command of martctl, as its help says.
    static let martctl = Document(path: "docs/martctl.md") { _ in MartctlReference.markdown }
}
