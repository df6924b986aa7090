import Contracts
import Primitives

/// Who applies for which permit, and what the officers say.
struct PermitPlan {
    private var random: SeededRandom
    private let today: BusinessDate
    private var applications: [Asked] = []
    private var decisions: [[Asked]] = []
    private var importedNumbers = 0
    private var foodNumbers = 0
    /// Approved permits by product.
    private(set) var approved: [String: [String]] = [:]
    /// Permits whose number an officer will have to correct, with the right one.
    private(set) var slips: [(permitId: String, number: String)] = []

    init(random: SeededRandom, today: BusinessDate) {
        self.random = random
        self.today = today
    }

    /// Applications first, then the decisions in the offices' own order; those about one permit stay in sequence.
    mutating func commands() -> [Asked] { applications + random.shuffled(decisions).joined() }

    /// - Parameter isWaiting: whether the office has not come to it yet.
    mutating func business(_ seller: Catalogue.Seller, isWaiting: Bool) {
        let permitId = "\(seller.id)-nib"
        apply(permitId, .nib, seller, product: nil)
        if !isWaiting { decisions.append([approval(permitId, .nib, number: random.digits(13))]) }
    }

    /// - Parameter required: what Catalog says the product needs, alternatives joined by a bar.
    mutating func product(_ product: Catalogue.Product, required: [String]) {
        let kinds = required.flatMap { $0.split(separator: "|") }.compactMap { PermitKind(rawValue: String($0)) }
        for kind in kinds where !kind.isBusinessLevel {
            let permitId = "\(product.id)-\(kind.rawValue)"
            apply(permitId, kind, product.seller, product: product)
            decisions.append(decide(permitId, kind, product))
        }
    }

    private mutating func decide(_ permitId: String, _ kind: PermitKind, _ product: Catalogue.Product) -> [Asked] {
        let officer = Cast.officers[kind.agency] ?? "Petugas"
        let luck = random.fraction()
        let reasons = luck < 0.03 ? Cast.permitRefusals : Cast.permitRepairs
        let reason = random.pick(reasons)
        func repair() -> Asked {
            Asked(
                RequestRepair.with {
                    $0.permitId = permitId
                    $0.reason = reason
                    $0.officer = officer
                })
        }
        switch luck {
        case ..<0.03:
            return [
                Asked(
                    RefusePermit.with {
                        $0.permitId = permitId
                        $0.reason = reason
                        $0.officer = officer
                    })
            ]
        case ..<0.06: return []
        case ..<0.07: return [repair()]
        case ..<0.12:
            let again = Asked(
                ResubmitPermit.with {
                    $0.permitId = permitId
                    $0.documents = ["denah-\(product.id).pdf", "label-\(product.id).pdf"]
                })
            return [repair(), again, approval(permitId, kind, of: product)]
        default:
            if kind == .bpomMd, importedNumbers < 1 {
                importedNumbers += 1
                let imported = approval(permitId, kind, number: "ML \(random.digits(12))")
                return [imported.refused("prohibited", "an imported product's number (ML…) on a local product")]
            }
            return [approval(permitId, kind, of: product)]
        }
    }

    private mutating func apply(_ permitId: String, _ kind: PermitKind, _ seller: Catalogue.Seller, product: Catalogue.Product?) {
        applications.append(
            Asked(
                ApplyForPermit.with {
                    $0.permitId = permitId
                    $0.permitKind = kind
                    $0.regency = seller.regency
                    $0.sellerId = seller.id
                    $0.productId = product?.id
                    $0.documents = product.map { ["permohonan-\($0.id).pdf"] } ?? ["ktp-\(seller.id).pdf"]
                }))
    }

    private mutating func approval(_ permitId: String, _ kind: PermitKind, of product: Catalogue.Product) -> Asked {
        approved[product.id, default: []].append(permitId)
        return approval(permitId, kind, number: number(kind, product, permitId))
    }

    private func approval(_ permitId: String, _ kind: PermitKind, number: String) -> Asked {
        Asked(
            ApprovePermit.with {
                $0.permitId = permitId
                $0.number = number
                // Granted before the mart opened.
                $0.validFrom = today.adding(days: -21)
                $0.officer = Cast.officers[kind.agency] ?? "Petugas"
            })
    }

    /// A number as the office writes it. Every ninetieth has a slip, which the service remarks on.
    private mutating func number(_ kind: PermitKind, _ product: Catalogue.Product, _ permitId: String) -> String {
        let regency = product.regency.filter { $0 != "." }
        let year = String((today.components.year + 5) % 100)
        switch kind {
        case .nib: return random.digits(13)
        case .sppIrt:
            foodNumbers += 1
            let isSlip = foodNumbers % 90 == 20
            let maker = isSlip ? "" : random.digits(2)
            let type = product.row.foodType.count == 2 ? product.row.foodType : "15"
            let start = "P-IRT \(product.row.packaging.isEmpty ? "2" : product.row.packaging)\(type)\(regency)"
            let end = "\(random.digits(4))\(year)"
            if isSlip { slips.append((permitId, "\(start)07\(end)")) }
            return start + maker + end
        case .bpomMd: return "MD \(random.digits(12))"
        case .bpomNa: return "NA\(random.digits(11))"
        case .bpomTr: return "TR\(random.digits(9))"
        case .halal: return "ID\(random.digits(17))"
        case .psat: return "RI-PSAT-PDUK \(regency)-\(random.digits(6))"
        case .sni: return "SNI 3556:2016 LSPr-\(random.digits(3))"
        case .pkrt: return "PKD \(random.digits(11))"
        case .hygiene: return "SLHS \(regency)/\(random.digits(4))/\(today.components.year)"
        case .schoolLetter: return "420/\(random.digits(4))/PK/\(today.components.year)"
        }
    }
}
