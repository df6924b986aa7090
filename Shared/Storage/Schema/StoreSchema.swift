/// What a store holds: the steps by which it came to be, and what must be true of it when it is whole.
public struct StoreSchema: Sendable {
    /// Whose store it is; its files have that name.
    public let service: String
    /// In order; never edited once released.
    public let migrations: [Migration]
    /// For the checking of backups.
    public let invariants: [Invariant]

    public init(service: String, migrations: [Migration], invariants: [Invariant]) {
        self.service = service
        self.migrations = migrations
        self.invariants = invariants
    }
}
