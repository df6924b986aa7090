public import Primitives

/// Which event a price in the history comes from.
public enum PriceOrigin: String, Choice {
    case registered, listed, changed
}

/// Prices of a product by the day from which they hold.
public enum PriceHistory {
    /// The day from which the price of a registration holds: before every date that the wire can say.
    public static let always = BusinessDate(day: -1_000_000)

    /// Whether the price that `product-listed` states is to be entered, as of today.
    ///
    /// A listing repeats the price in force on the day it was said. It is news only where nothing explains it: the product was listed
    /// without being registered here, or listed again at another price. A change that has come into force since the listing was said is
    /// no reason to go back, so a price that the history knows already does not displace a dated change.
    /// - Parameters:
    ///   - inForce: today's price and where it comes from.
    ///   - isStale: a later price event has been applied before.
    ///   - isKnown: the history has this price on this or an earlier day.
    public static func isNews(_ price: Rupiah, inForce: (price: Rupiah, origin: PriceOrigin)?, isStale: Bool, isKnown: Bool) -> Bool {
        guard let inForce else { return true }
        if isStale || inForce.price == price { return false }
        return !(inForce.origin == .changed && isKnown)
    }
}
