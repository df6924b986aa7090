/// What the services say of themselves on their read sides, as `martctl` has asked them.
public struct ReadSide: Sendable {
    public struct Stock: Sendable, Equatable {
        public var onHand: Int128
        public var unallocated: Int128

        public init(onHand: Int128, unallocated: Int128) {
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
    public var sales: [String: Int128] = [:]
    /// By regency.
    public var absorption: [String: Absorption] = [:]
    /// Villages with a listed product, by regency.
    public var villages: [String: Int64] = [:]
    /// Balances by seller.
    public var balances: [String: SellerBalance] = [:]
    /// `payable` by seller, as said.
    public var payable: [String: Int128] = [:]
    /// Debit +, credit −.
    public var accounts: [String: Int128] = [:]
    public var ledgerSum: Int128 = 0

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
