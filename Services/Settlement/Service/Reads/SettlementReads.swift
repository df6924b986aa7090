import ServiceFramework

/// The read side of Settlement; section 10 of the contract.
enum SettlementReads {
    static let routes: [Route] =
        [
            WaitingRead.route,
            SuspenseRead.route,
            SettlementRead.route,
            BalanceRead.route,
            StatementRead.route,
            TrialBalanceRead.route,
        ] + ReconciliationReads.routes
}
