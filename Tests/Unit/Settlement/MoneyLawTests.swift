import MessagingTesting
import Primitives
import SettlementDomain
import Testing

/// A sold line, and the parts in which it is taken back.
private struct TakenBack: CustomStringConvertible {
    let sold: SoldLine
    /// Units, one refund after the other.
    let parts: [Int64]

    init(_ choices: inout Choices) {
        let quantity = 1 + choices.amount(upTo: 999_999)
        let price = choices.amount(upTo: Rupiah.maximum.amount / quantity)
        sold = SoldLine(net: Rupiah(price * quantity), quantity: quantity, rate: choices.pick(SplitTests.rates))
        var left = quantity
        var parts: [Int64] = []
        for part in choices.array(0...12, { $0.amount(upTo: quantity) }) where (1...max(left, 1)).contains(part) && left > 0 {
            parts.append(part)
            left -= part
        }
        if choices.chance(1, in: 2), left > 0 { parts.append(left) }
        self.parts = parts
    }

    var description: String { "\(sold.quantity) units for \(sold.net.amount) at \(sold.rate.percent) %, taken back as \(parts)" }
}

@Suite("Laws of money")
struct MoneyLawTests {
    @Test("the split conserves every amount, at every rate")
    func split() {
        func amount(_ choices: inout Choices) -> (Int64, Rate) {
            (choices.amount(upTo: Rupiah.maximum.amount), choices.pick(SplitTests.rates))
        }
        let broken = Law.broken(seed: 6001, of: amount) { net, rate in
            let split = Split(of: Rupiah(net), at: rate)
            let (seller, mart) = (split.sellerShare.amount, split.martShare.amount)
            if seller + mart != net { return "\(seller) + \(mart) is not \(net)" }
            if mart != Int64(Int128(net) * Int128(rate.percent) / 100) { return "the mart's share of \(net) is \(mart)" }
            return Int128(seller) * 10 >= Int128(net) * 9 ? nil : "the seller gets less than 90 %: \(seller) of \(net)"
        }
        #expect(broken == nil)
    }

    @Test("partial refunds, however a line is cut, never give more than was taken and together give it all")
    func refunds() {
        let broken = Law.broken(seed: 6002, of: TakenBack.init) { line in
            let original = Split(of: line.sold.net, at: line.sold.rate)
            var (before, net, seller, mart) = (Int64(0), Int64(0), Int64(0), Int64(0))
            for part in line.parts {
                let reversed = line.sold.reversal(from: before, to: before + part)
                before += part
                net += reversed.net.amount
                seller += reversed.sellerShare.amount
                mart += reversed.martShare.amount
                if reversed.sellerShare.amount < 0 || reversed.martShare.amount < 0 { return "a part reverses less than nothing" }
                if net > original.net.amount || seller > original.sellerShare.amount || mart > original.martShare.amount {
                    return "after \(before) units more is reversed than was settled"
                }
                if original.net.amount - net != line.sold.remaining(after: before).amount { return "what is left after \(before) is wrong" }
            }
            if before < line.sold.quantity { return nil }
            let sum = (net, seller, mart)
            return sum == (original.net.amount, original.sellerShare.amount, original.martShare.amount) ? nil : "the parts add up to \(sum)"
        }
        #expect(broken == nil)
    }

    @Test("what one cut has taken back after q units, every cut has")
    func order() {
        func cut(_ choices: inout Choices) -> (TakenBack, Choices) { (TakenBack(&choices), choices) }
        let broken = Law.broken(seed: 6003, of: cut) { line, choices in
            var choices = choices
            let total = line.parts.reduce(0, +)
            let other = choices.shuffled(line.parts)
            var (place, sum) = (Int64(0), Split.zero)
            for part in other {
                sum = try sum.adding(line.sold.reversal(from: place, to: place + part))
                place += part
            }
            let atOnce = line.sold.reversal(from: 0, to: total)
            return sum == atOnce ? nil : "\(other) reverses \(sum), all at once reverses \(atOnce)"
        }
        #expect(broken == nil)
    }
}
