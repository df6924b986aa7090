/// A mart's business as a list of commands, the same for the same numbers: sales of several sellers' products, refunds, goods that come
/// and go, and permits that are granted and suspended meanwhile, so that each of the four services has work.
struct Trade: Sendable {
    let regency = "53.06"
    /// Prices that make the 10 % uneven.
    static let prices: [Int64] = [12_345, 7_001, 999, 25_000, 101, 64_999]

    // MARK: Before the doors open

    /// In waves: each may be sent at once when the one before is answered.
    var opening: [[Command]] {
        let sellers = (0..<3).map { "s\($0)" }
        let products = Self.prices.indices.map { number in
            (id: product(number), seller: sellers[number % 3], kind: number == 5 ? "food-dry" : "craft")
        }
        return [
            [command("catalog.open-mart", regency, #"{"regency":"53.06","name":"NTT Mart Flores Timur","openedOn":"2026-02-05"}"#)]
                + (sellers + ["side"]).map(registerSeller),
            zip(products, Self.prices).map { registerProduct($0.id, seller: $0.seller, kind: $0.kind, price: $1) }
                + [registerProduct("p-side", seller: "side", kind: "craft", price: 5_000)]
                + (sellers + ["side"]).map { apply("nib-\($0)", "nib", seller: $0) }
                + [apply("irt-5", "spp-irt", seller: "s2", product: product(5))],
            (sellers + ["side"]).map { approve("nib-\($0)", "1234567890123") } + [approve("irt-5", "206530600010130")],
        ]
    }

    /// Goods; only accepted when the products have become known to Consignment.
    var goods: [Command] {
        Self.prices.indices.flatMap { number in
            ["a", "b"].map { receive("lot-\(number)\($0)", product: product(number), units: 1_000_000) }
        }
    }

    func product(_ number: Int) -> String { "p\(number)" }

    // MARK: The day

    /// So many sales with what happens around them.
    func day(sales count: Int) -> [Command] {
        var commands: [Command] = []
        for number in 0..<count {
            commands.append(sale(number))
            if number % 9 == 8 { commands.append(refund(of: number - 5)) }
            if number % 12 == 7 { commands.append(sale(number - 3)) }
            if number % 25 == 6 { commands += newSeller(number) }
            if number % 30 == 11 { commands.append(decide("suspend-permit", number)) }
            if number % 30 == 21 { commands.append(decide("reinstate-permit", number)) }
            if number % 40 == 13 { commands.append(ask("settlement", number)) }
            if number % 50 == 33 { commands.append(receive("lot-x\(number)", product: product(number % 6), units: 10)) }
            if number % 60 == 44 { commands.append(writeOff(number)) }
        }
        return commands
    }

    /// A little of everything, so that each of the services has something to do and something to say.
    func more(_ round: Int) -> [Command] {
        let first = 100_000 + 10 * round
        return (first..<first + 10).map(sale) + newSeller(first) + Mart.services.map { ask($0, first) }
    }

    /// A sale of 200 lines, whose event takes some 35 kB.
    func bigSale(_ number: Int) -> Command {
        let lines = (0..<200).map { #"{"lineId":"\#($0)","productId":"\#(product($0 % 6))","quantity":1}"# }
        return command(
            "consignment.record-sale", "big-\(number)",
            #"{"saleId":"big-\#(number)","regency":"53.06","till":"till-2","soldAt":"2026-02-06T02:00:00Z","tender":"qris","#
                + #""lines":[\#(lines.joined(separator: ","))]}"#,
            worth: (0..<200).reduce(0) { $0 + Self.prices[$1 % 6] })
    }

    func saleId(_ number: Int) -> String { "sale-\(number)" }

    private func sale(_ number: Int) -> Command {
        let quantity = Int64(number % 3 + 1)
        let first = number % 6
        var lines = #"{"lineId":"1","productId":"\#(product(first))","quantity":\#(quantity)}"#
        var worth = Self.prices[first] * quantity
        if number % 4 == 0 {
            let second = (number + 1) % 6
            lines += #",{"lineId":"2","productId":"\#(product(second))","quantity":1}"#
            worth += Self.prices[second]
        }
        let tender = ["cash", "qris", "transfer", "kkpd"][number % 4]
        return command(
            "consignment.record-sale", saleId(number),
            #"{"saleId":"\#(saleId(number))","regency":"53.06","till":"till-1","soldAt":"2026-02-06T02:00:00Z","#
                + #""tender":"\#(tender)","lines":[\#(lines)]}"#, worth: worth)
    }

    private func refund(of number: Int) -> Command {
        command(
            "consignment.refund-sale", "refund-\(number)",
            #"{"refundId":"refund-\#(number)","saleId":"\#(saleId(number))","lines":[{"lineId":"1","quantity":1}],"#
                + #""reason":"torn","restock":\#(number % 2 == 0)}"#)
    }

    private func newSeller(_ number: Int) -> [Command] {
        let (seller, product) = ("n\(number)", "pn\(number)")
        return [
            registerSeller(seller), registerProduct(product, seller: seller, kind: "craft", price: 3_000),
            apply("nib-\(seller)", "nib", seller: seller), approve("nib-\(seller)", "1234567890123"),
        ]
    }

    private func decide(_ decision: String, _ number: Int) -> Command {
        command(
            "permits.\(decision)", "nib-side", #"{"permitId":"nib-side","reason":"inspection","officer":"Maria"}"#,
            id: "\(decision)-\(number)")
    }

    private func writeOff(_ number: Int) -> Command {
        command(
            "consignment.write-off-goods", "off-\(number)",
            #"{"writeOffId":"off-\#(number)","lotId":"lot-\#(number % 6)a","quantity":1,"reason":"broken","liability":"mart"}"#)
    }

    /// A question that changes nothing, so that a service that takes few commands has replies to send as well.
    func ask(_ service: String, _ number: Int) -> Command {
        command(
            "\(service).replay-parked", service, #"{"filter":{"reason":"poison"},"dryRun":true,"by":"Maria","reason":"a look"}"#,
            id: "ask-\(service)-\(number)")
    }

    // MARK: Words

    private func registerSeller(_ id: String) -> Command {
        command("catalog.register-seller", id, #"{"sellerId":"\#(id)","name":"Seller \#(id)","regency":"53.06"}"#)
    }

    private func registerProduct(_ id: String, seller: String, kind: String, price: Int64) -> Command {
        command(
            "catalog.register-product", id,
            #"{"productId":"\#(id)","sellerId":"\#(seller)","name":"Product \#(id)","programme":"ocop","#
                + #""origin":{"community":"Nelayan Lamahala","communityKind":"fishers"},"kind":"\#(kind)","unit":"pcs","price":\#(price)}"#)
    }

    private func apply(_ id: String, _ kind: String, seller: String, product: String? = nil) -> Command {
        let about = product.map { #","productId":"\#($0)""# } ?? ""
        return command(
            "permits.apply-for-permit", id,
            #"{"permitId":"\#(id)","permitKind":"\#(kind)","regency":"53.06","sellerId":"\#(seller)"\#(about)}"#, id: "apply-\(id)")
    }

    private func approve(_ id: String, _ number: String) -> Command {
        command(
            "permits.approve-permit", id,
            #"{"permitId":"\#(id)","number":"\#(number)","validFrom":"2026-01-01","officer":"Maria"}"#, id: "approve-\(id)")
    }

    private func receive(_ id: String, product: String, units: Int) -> Command {
        command(
            "consignment.receive-goods", id,
            #"{"lotId":"\#(id)","regency":"53.06","productId":"\#(product)","quantity":\#(units)}"#)
    }

    func command(_ name: String, _ key: String, _ data: String, id: String? = nil, worth: Int64 = 0) -> Command {
        Command(name: name, id: id ?? "c-\(key)", key: key, data: data, worth: worth)
    }
}
