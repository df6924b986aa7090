import Contracts
import Primitives
import StrictJSON
import TestSupport

func date(_ text: String) -> BusinessDate {
    guard let date = BusinessDate(text) else { preconditionFailure("\(text) is no date") }
    return date
}

/// What a mart needs before it can sell, said in the commands of the desks.
extension MartClient {
    func openMart(_ regency: String = "53.06", on day: String = "2026-02-05") async throws {
        let reply = try await send(
            OpenMart.with {
                $0.regency = regency
                $0.martName = "NTT Mart \(regency)"
                $0.openedOn = date(day)
            })
        try expect(reply, ["accepted ok", "duplicate ok"])
    }

    func registerSeller(_ id: String, regency: String = "53.06") async throws {
        let reply = try await send(
            RegisterSeller.with {
                $0.sellerId = id
                $0.sellerName = "Seller \(id)"
                $0.regency = regency
            })
        try expect(reply, ["accepted ok"])
    }

    func registerProduct(_ id: String, seller: String, kind: ProductKind = .craft, price: Int64 = 10_000) async throws {
        let reply = try await send(
            RegisterProduct.with {
                $0.productId = id
                $0.sellerId = seller
                $0.productName = "Product \(id)"
                $0.programme = .ocop
                $0.origin.community = "Nelayan Lamahala"
                $0.origin.communityKind = .fishers
                $0.kind = kind
                $0.price = Rupiah(price)
            })
        try expect(reply, ["accepted ok"])
    }

    func apply(_ permitId: String, _ kind: PermitKind, seller: String, product: String? = nil, regency: String = "53.06") async throws {
        let reply = try await send(
            ApplyForPermit.with {
                $0.permitId = permitId
                $0.permitKind = kind
                $0.regency = regency
                $0.sellerId = seller
                $0.productId = product
            })
        try expect(reply, ["accepted ok"])
    }

    @discardableResult
    func approve(
        _ permitId: String, number: String = "1234567890123", from: String = "2026-01-01", until: String? = nil, id: String? = nil
    ) async throws -> Reply {
        let reply = try await send(
            ApprovePermit.with {
                $0.permitId = permitId
                $0.number = number
                $0.validFrom = date(from)
                $0.validUntil = until.map(date)
                $0.officer = "Maria"
            }, id: id)
        try expect(reply, ["accepted ok"])
        return reply
    }

    /// A craft product with its seller's permit, listed, and so many units on the shelf.
    func stockedProduct(_ id: String, seller: String, price: Int64 = 10_000, units: Int64, permitUntil: String? = nil) async throws {
        try await openMart()
        try await registerSeller(seller)
        try await registerProduct(id, seller: seller, price: price)
        try await apply("nib-\(seller)", .nib, seller: seller)
        try await approve("nib-\(seller)", until: permitUntil)
        try await receive("lot-\(id)", product: id, units: units)
    }

    func receive(_ lot: String, product: String, units: Int64) async throws {
        let reply = try await sendUntilKnown(
            ReceiveGoods.with {
                $0.lotId = lot
                $0.regency = "53.06"
                $0.productId = product
                $0.quantity = units
            })
        try expect(reply, ["accepted ok"])
    }

    private func expect(_ reply: Reply, _ verdicts: [String]) throws {
        if !verdicts.contains(reply.verdict) { throw SupportError("\(reply.routingKey): \(reply.verdict), \(reply.message)") }
    }
}

extension Stack {
    /// Waits until Consignment knows that the product is listed, which it is told by another queue than that of its commands.
    func awaitListing(of product: String) async throws {
        try await expectEventually("\(product) is on sale") {
            try await self["consignment"].json("/v1/products/\(product)")["state"]?.string == "listed"
        }
    }
}

extension RecordSale {
    /// One line of one product, paid in cash.
    static func of(_ product: String, _ quantity: Int64 = 1, id: String, soldAt: String = "2026-02-06T02:00:00Z") -> RecordSale {
        .with {
            $0.saleId = id
            $0.regency = "53.06"
            $0.till = "till-1"
            $0.soldAt = Instant(soldAt) ?? .systemNow
            $0.lines = [
                .with {
                    $0.lineId = "1"
                    $0.productId = product
                    $0.quantity = quantity
                }
            ]
        }
    }
}

extension SaleRecorded {
    /// One line, as Consignment would publish it.
    static func of(_ sale: String, seller: String? = "seller-x", quantity: Int64 = 1, price: Int64 = 10_000) -> SaleRecorded {
        .with {
            $0.saleId = sale
            $0.regency = "53.06"
            $0.till = "till-1"
            $0.soldAt = .systemNow
            $0.lines = [
                .with {
                    $0.lineId = "1"
                    $0.productId = "product-x"
                    $0.sellerId = seller
                    $0.quantity = quantity
                    $0.unitPrice = Rupiah(price)
                    $0.net = Rupiah(price * quantity)
                }
            ]
            $0.total = Rupiah(price * quantity)
        }
    }
}
