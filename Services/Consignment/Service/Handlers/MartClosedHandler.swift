import Contracts
import Messaging
import ServiceFramework

/// `mart-closed`: from its date on, nothing is received or sold there. It says that the mart had been open before.
struct MartClosedHandler: Handler {
    func handle(_ mart: MartClosed, in tx: Transaction) throws -> Outcome {
        try Marts.learn(mart.regency, openedOn: mart.closedOn, in: tx)
        if try Marts.isNews(of: mart.regency, in: tx) { try Marts.setClosing(of: mart.regency, from: mart.closedOn, in: tx) }
        return .done
    }
}
