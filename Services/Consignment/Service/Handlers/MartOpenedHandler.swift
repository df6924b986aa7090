import Contracts
import Messaging
import ServiceFramework

/// `mart-opened`: from its date on, goods may be received and sold in that regency, unless it has been closed since.
struct MartOpenedHandler: Handler {
    func handle(_ mart: MartOpened, in tx: Transaction) throws -> Outcome {
        try Marts.learn(mart.regency, name: mart.martName, openedOn: mart.openedOn, in: tx)
        if try Marts.isNews(of: mart.regency, in: tx) { try Marts.setClosing(of: mart.regency, from: nil, in: tx) }
        return .done
    }
}
