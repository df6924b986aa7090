import Contracts
import Messaging
import ServiceFramework

/// `mart-reopened`: from its date on, everything goes on.
struct MartReopenedHandler: Handler {
    func handle(_ mart: MartReopened, in tx: Transaction) throws -> Outcome {
        try Marts.learn(mart.regency, openedOn: mart.closedOn ?? mart.reopenedOn, in: tx)
        if try Marts.isNews(of: mart.regency, in: tx) {
            try Marts.setClosing(of: mart.regency, from: mart.closedOn, until: mart.reopenedOn, in: tx)
        }
        return .done
    }
}
