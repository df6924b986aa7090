import Contracts
import Messaging
import Store

/// `mart-opened`: from its date on, goods may be received and sold in that regency, unless it has been closed since.
struct LearnMart: Handler {
    func handle(_ mart: MartOpened, in tx: Transaction) throws -> Outcome {
        try Marts.learn(mart.regency, name: mart.martName, openedOn: mart.openedOn, in: tx)
        if try Marts.isNews(of: mart.regency, in: tx) { try Marts.setClosing(of: mart.regency, from: nil, in: tx) }
        return .done
    }
}

/// `mart-closed`: from its date on, nothing is received or sold there. It says that the mart had been open before.
struct LearnClosing: Handler {
    func handle(_ mart: MartClosed, in tx: Transaction) throws -> Outcome {
        try Marts.learn(mart.regency, openedOn: mart.closedOn, in: tx)
        if try Marts.isNews(of: mart.regency, in: tx) { try Marts.setClosing(of: mart.regency, from: mart.closedOn, in: tx) }
        return .done
    }
}

/// `mart-reopened`: from its date on, everything goes on.
struct LearnReopening: Handler {
    func handle(_ mart: MartReopened, in tx: Transaction) throws -> Outcome {
        try Marts.learn(mart.regency, openedOn: mart.closedOn ?? mart.reopenedOn, in: tx)
        if try Marts.isNews(of: mart.regency, in: tx) {
            try Marts.setClosing(of: mart.regency, from: mart.closedOn, until: mart.reopenedOn, in: tx)
        }
        return .done
    }
}
