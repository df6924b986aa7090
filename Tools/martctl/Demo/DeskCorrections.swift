import Contracts
import Primitives

/// What the desks set right: a seller's new number, a typing error in a permit, a mart that is closed while its roof is mended.
struct DeskCorrections {
    let today: BusinessDate

    func papers(seller: Catalogue.Seller, slip: (permitId: String, number: String)?) -> [Asked] {
        var commands = [
            Asked(
                UpdateSeller.with {
                    $0.sellerId = seller.id
                    $0.phone = "+62 811-3880-2026"
                    $0.changedBy = "Maria Tokan"
                })
        ]
        guard let slip else { return commands }
        func correction(_ number: String) -> CorrectPermitNumber {
            CorrectPermitNumber.with {
                $0.permitId = slip.permitId
                $0.number = number
                $0.reason = "dua angka terlewat saat diketik"
                $0.officer = Cast.officers[.dinasKesehatan] ?? "Petugas"
            }
        }
        commands.append(Asked(correction("ML 123456789012")).refused("prohibited", "a permit's number corrected to an imported one"))
        commands.append(Asked(correction(slip.number)))
        return commands
    }

    func closing(of regency: String) -> Asked {
        Asked(
            CloseMart.with {
                $0.regency = regency
                $0.reason = "atap diperbaiki"
                $0.closedBy = "Yosef Lamanepa"
            })
    }

    /// Comes to a closed door.
    func delivery(of product: Catalogue.Product) -> Asked {
        Asked(Lot(id: "L-\(product.id)-closed", product: product, accepted: 5, offered: 5, refusedReason: nil).delivery(expiresOn: nil))
            .refused("mart-not-open", "goods for a mart that is closed for repairs")
    }

    func reopening(of regency: String) -> Asked {
        Asked(
            ReopenMart.with {
                $0.regency = regency
                $0.reason = "atap selesai"
                $0.reopenedBy = "Yosef Lamanepa"
            })
    }
}
