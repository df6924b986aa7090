/// A value out of a fixed list of words, as they are written on the wire.
public protocol Choice: RawRepresentable, CaseIterable, Sendable, Hashable where RawValue == String {}

public enum Programme: String, Choice {
    /// One Village One Product.
    case ovop
    /// One Community One Product.
    case ocop
    /// One School One Product.
    case osop
}

public enum CommunityKind: String, Choice {
    case fishers, faith, nature, health, police, women, youth, farmers, craft, other
}

public enum SchoolLevel: String, Choice {
    case sma = "SMA"
    case smk = "SMK"
    case ma = "MA"
    case slb = "SLB"
}

/// What of a seller may change.
public enum SellerField: String, Choice {
    case name, phone, nib
}

/// What a product is, as far as permits are concerned.
public enum ProductKind: String, Choice {
    case foodDry = "food-dry"
    case foodHighRisk = "food-high-risk"
    case saltIodised = "salt-iodised"
    case foodFreshPlant = "food-fresh-plant"
    case foodShortLife = "food-short-life"
    case cosmetic
    case traditionalMedicine = "traditional-medicine"
    case household, textile, craft
    case agriInput = "agri-input"
    case book
    case alcoholRefined = "alcohol-refined"
    case alcoholUnrefined = "alcohol-unrefined"
}

public enum PermitKind: String, Choice {
    case nib
    case sppIrt = "spp-irt"
    case hygiene
    case bpomMd = "bpom-md"
    case bpomNa = "bpom-na"
    case bpomTr = "bpom-tr"
    case halal, psat, sni, pkrt
    case schoolLetter = "school-letter"

    /// `nib` belongs to the business; every other kind to one product.
    public var isBusinessLevel: Bool { self == .nib }
}

public enum Agency: String, Choice {
    case dinasPerdagangan = "dinas-perdagangan"
    case dinasKesehatan = "dinas-kesehatan"
    case bpom, bpjph
    case dinasPangan = "dinas-pangan"
    case lspro, kemenkes
    case dinasPendidikan = "dinas-pendidikan"
}

extension PermitKind {
    /// The office that decides on this kind.
    public var agency: Agency {
        switch self {
        case .nib: .dinasPerdagangan
        case .sppIrt, .hygiene: .dinasKesehatan
        case .bpomMd, .bpomNa, .bpomTr: .bpom
        case .halal: .bpjph
        case .psat: .dinasPangan
        case .sni: .lspro
        case .pkrt: .kemenkes
        case .schoolLetter: .dinasPendidikan
        }
    }
}

public enum Tender: String, Choice {
    case cash, qris, transfer, kkpd
}

/// Who bears the loss of goods that are written off.
public enum Liability: String, Choice {
    case mart, seller, none
}

/// What was irregular about an offline sale, which had already happened when it was reported.
public enum SaleFlag: String, Choice, Comparable {
    case notListed = "not-listed"
    case outOfStock = "out-of-stock"
    case expired
    case priceDiffers = "price-differs"
    case unknownProduct = "unknown-product"
    case unknownLot = "unknown-lot"
    case martNotOpen = "mart-not-open"
    case clockSkew = "clock-skew"

    /// In the order of the contract.
    public static func < (left: SaleFlag, right: SaleFlag) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
}

/// Why a product cannot be sold at present.
public enum HoldReason: String, Choice {
    case permitExpired = "permit-expired"
    case permitSuspended = "permit-suspended"
    case permitRevoked = "permit-revoked"
    case requirementsChanged = "requirements-changed"
    case martNotOpen = "mart-not-open"
}
