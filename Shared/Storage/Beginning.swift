/// What a person may say is to begin where the store that should be there is not.
public enum Beginning: Sendable, Hashable {
    /// An empty store, where there is none.
    case store
    /// A new life of the store that is there, although it is older than it was.
    case life

    public var flag: String {
        switch self {
        case .store: "--new-store"
        case .life: "--new-life"
        }
    }
}
