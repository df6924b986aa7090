/// What the services say of themselves on their read sides, as `martctl` has asked them.
public struct ReadSide: Sendable {
    public struct Stock: Sendable, Equatable {
        public var onHand: Int64
        public var unallocated: Int64

        public init(onHand: Int64, unallocated: Int64) {
            self.onHand = onHand
            self.unallocated = unallocated
        }
    }

    /// A ratio as a service says it; nil where its denominator is zero.
    public struct Absorption: Sendable, Equatable {
        public var intake: Double?
        public var product: Double?
        public var sellThrough: Double?

        public init(intake: Double?, product: Double?, sellThrough: Double?) {
            self.intake = intake
            self.product = product
            self.sellThrough = sellThrough
        }
    }

    /// `lastSequence` by the services' present sources: `/catalog`, or after a restore `/catalog~1`.
    public var sequences: [String: Int64] = [:]
    /// Messages parked, by service.
    public var parked: [String: Int64] = [:]
    /// Open marts' regencies.
    public var marts: Set<String> = []
    public var sellers: Set<String> = []
    /// Programme and state by product.
    public var products: [String: Product] = [:]
    /// State by permit.
    public var permits: [String: String] = [:]
    /// Stock by product.
    public var stock: [String: Stock] = [:]
    /// Total by sale, whole rupiah.
    public var sales: [String: Int64] = [:]
    /// By regency.
    public var absorption: [String: Absorption] = [:]
    /// Villages with a listed product, by regency.
    public var villages: [String: Int64] = [:]
    /// Balances by seller.
    public var balances: [String: SellerBalance] = [:]
    /// `payable` by seller, as said.
    public var payable: [String: Int64] = [:]
    /// Debit +, credit −.
    public var accounts: [String: Int64] = [:]
    public var ledgerSum: Int64 = 0

    public struct Product: Sendable, Equatable {
        public var programme: String
        public var state: String

        public init(programme: String, state: String) {
            self.programme = programme
            self.state = state
        }
    }

    public init() {}
}
