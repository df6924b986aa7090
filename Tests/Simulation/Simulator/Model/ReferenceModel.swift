import Contracts
import MessagingTesting
import Primitives
import ServiceFramework

/// The trade written a second time: no messages, no stores, no code of the services. It is told which command which office decided on and when, says what
/// the decision must be, and knows what must have come of it in the end.
struct ReferenceModel {
    private(set) var permits = PermitBook()
    var catalog = CatalogBook()
    var shelf = ShelfBook()
    var money: MoneyBook
    /// What accepted commands have claimed for ever: the data by kind and id, by service.
    private var claimed: [String: [BusinessKey: [UInt8]]] = [:]
    /// Sales as they were first said.
    private var said: [String: RecordSale] = [:]

    init(rates: [(from: BusinessDate, percent: Int64)]) { money = MoneyBook(rates: rates) }

    /// A service's store is put back to what it held earlier.
    mutating func restore(_ service: String, from earlier: ReferenceModel) {
        switch service {
        case "catalog": catalog = earlier.catalog
        case "permits": permits = earlier.permits
        case "consignment": (shelf, said) = (earlier.shelf, earlier.said)
        default: money = earlier.money
        }
        claimed[service] = earlier.claimed[service]
    }

    /// What the answer to a command must be; its effect is noted if that is `accepted`.
    /// - Parameters:
    ///   - published: the events of the transaction, for the prices where only the service knows them.
    ///   - found: what it was, for the same reason.
    mutating func judge(
        _ command: any Command, at now: Instant, _ published: [PublishedEvent], found: Decision.Verdict
    ) throws -> Decision.Verdict {
        let data = Self.bytes(command)
        let service = type(of: command).name.service
        if let key = command.businessKey, let earlier = claimed[service]?[key] {
            return earlier == data || isSaidAgain(command) ? .duplicate : .rejected(.conflict)
        }
        let verdict = try decide(command, now, BusinessDate(now), published, found)
        if verdict == .accepted, let key = command.businessKey { claimed[service, default: [:]][key] = data }
        return verdict
    }

    /// The same sale once online and once offline, at the prices at which it was recorded.
    private func isSaidAgain(_ command: any Command) -> Bool {
        guard let sale = command as? RecordSale, let first = said[sale.saleId], first.offline != sale.offline else { return false }
        func plain(_ sale: RecordSale) -> [UInt8] {
            var plain = sale
            plain.offline = false
            for index in plain.lines.indices where plain.lines[index].unitPrice == nil {
                plain.lines[index].unitPrice = shelf.sales[sale.saleId]?.lines[plain.lines[index].lineId].map { Rupiah($0.price) }
            }
            return Self.bytes(plain)
        }
        return plain(sale) == plain(first)
    }

    private static func bytes(_ command: some Command) -> [UInt8] { FieldWriter.bytes(of: command) }

    private mutating func decide(
        _ command: any Command, _ now: Instant, _ today: BusinessDate, _ published: [PublishedEvent], _ found: Decision.Verdict
    ) throws -> Decision.Verdict {
        switch command {
        case let command as OpenMart: catalog.marts.open(command)
        case let command as CloseMart:
            catalog.marts.give(.close, to: command.regency, on: command.closedOn, said: Self.bytes(command), today)
        case let command as ReopenMart:
            catalog.marts.give(.reopen, to: command.regency, on: command.reopenedOn, said: Self.bytes(command), today)
        case let command as RegisterSeller: catalog.register(command)
        case let command as UpdateSeller: catalog.update(command)
        case let command as RegisterProduct: catalog.register(command, today)
        case let command as ChangePrice: catalog.change(command, today)
        case let command as ReclassifyProduct: catalog.reclassify(command, today)
        case let command as WithdrawProduct: catalog.withdraw(command)
        case let command as ApplyForPermit: permits.apply(command)
        case let command as ApprovePermit: permits.approve(command, today)
        case let command as RequestRepair:
            permits.move(command.permitId, said: Self.bytes(command), from: .applied, to: .repairRequested, today)
        case let command as RefusePermit: permits.move(command.permitId, said: Self.bytes(command), from: .applied, to: .refused, today)
        case let command as ResubmitPermit:
            permits.move(command.permitId, said: Self.bytes(command), from: .repairRequested, to: .applied, today)
        case let command as SuspendPermit: permits.decide(.suspend, command, today)
        case let command as ReinstatePermit: permits.decide(.reinstate, command, today)
        case let command as RevokePermit: permits.decide(.revoke, command, today)
        case let command as CorrectPermitNumber: permits.correct(command, today)
        case let command as ReceiveGoods: shelf.receive(command, at: now)
        case let command as RecordSale: try sell(command, now, published, found)
        case let command as RefundSale: shelf.refund(command)
        case let command as ReturnGoods: shelf.giveBack(command)
        case let command as WriteOffGoods:
            shelf.writeOff(command, try Self.find(GoodsWrittenOff.self, in: published) { $0.writeOffId == command.writeOffId })
        case let command as AdjustStock: shelf.adjust(command)
        case let command as ResolveFlag: shelf.resolve(command)
        case let command as AssignSuspense: money.assign(command)
        case let command as ReassignSuspense: money.reassign(command)
        default: throw Broken("the model does not know \(type(of: command).name)")
        }
    }

    private mutating func sell(
        _ command: RecordSale, _ now: Instant, _ published: [PublishedEvent], _ found: Decision.Verdict
    ) throws -> Decision.Verdict {
        if found == .rejected(.priceDiffers), command.lines.contains(where: { shelf.known.isPricedByListing($0.productId) }) {
            return found
        }
        let event = try Self.find(SaleRecorded.self, in: published) { $0.saleId == command.saleId }
        let (verdict, sale) = SaleJudge.judge(command, shelf, event, at: now)
        guard verdict == .accepted else { return verdict }
        if let event { try compare(event, sale) }
        shelf.record(command.saleId, sale)
        said[command.saleId] = command
        return .accepted
    }

    /// What was published must be what the model has sold.
    private func compare(_ event: SaleRecorded, _ sale: ShelfBook.Sale) throws {
        if event.tender != sale.tender || event.regency != sale.regency { throw Broken("\(event.saleId) was recorded as \(event)") }
        for published in event.lines {
            guard let line = sale.lines[published.lineId] else { throw Broken("\(event.saleId) has another line \(published.lineId)") }
            let isSame =
                published.net.amount == line.net && published.sellerId == line.seller && published.flags == line.flags
                && published.unallocated == line.unallocated
                && published.lots.map { "\($0.lotId) \($0.quantity)" } == line.takes.map { "\($0.lot) \($0.quantity)" }
            if !isSame { throw Broken("\(event.saleId) was recorded as \(published), by the model it is \(line)") }
            if !event.offline, shelf.known.prices[line.product]?.contains(line.price) != true {
                throw Broken("\(event.saleId): nobody ever named the price \(line.price) of \(line.product)")
            }
        }
    }

    private static func find<E: Event>(_ type: E.Type, in events: [PublishedEvent], _ isMeant: (E) -> Bool) throws -> E? {
        for event in events where event.type == E.name.type {
            let decoded = try event.decode(E.self)
            if isMeant(decoded) { return decoded }
        }
        return nil
    }
}
