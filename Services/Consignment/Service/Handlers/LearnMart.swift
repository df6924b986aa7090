import Contracts
import Messaging
import Store

/// `mart-opened`: from its date on, goods may be received and sold in that regency.
struct LearnMart: Handler {
    func handle(_ mart: MartOpened, in tx: Transaction) throws -> Outcome {
        try Products.openMart(mart.regency, name: mart.martName, on: mart.openedOn, in: tx)
        return .done
    }
}
