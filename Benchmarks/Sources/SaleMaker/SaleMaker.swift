/// `sale-recorded` events as Consignment publishes them: one line, time-ordered ids.
public struct SaleMaker {
    public static let regency = "53.06"
    private let start: UInt64
    private var random: UInt64
    private var sequence: Int64
    /// Ids in no order, for comparison.
    public var hasRandomIds = false

    public init(startMilliseconds: Int64, seed: UInt64, sequence: Int64 = 0) {
        start = UInt64(startMilliseconds)
        random = seed
        self.sequence = sequence
    }

    public mutating func next() -> (id: String, body: [UInt8], traceparent: String) {
        sequence += 1
        let id = uuid()
        let sale = "s-\(uuid())"
        let number = Int(sequence)
        let quantity = 1 + number % 3
        let net = quantity * 12_500
        let lot = "\"lots\":[{\"lotId\":\"lot-\(number % 970)\",\"quantity\":\(quantity)}]"
        let line =
            "{\"lineId\":\"1\",\"productId\":\"p-\(number % 970)\",\"sellerId\":\"seller-\(number % 31)\",\"quantity\":\(quantity),"
            + "\"unitPrice\":12500,\"net\":\(net),\"flags\":[],\"unallocated\":0,\(lot)}"
        let traceparent = "00-\(hexadecimal(nextRandom(), 16))\(hexadecimal(nextRandom(), 16))-\(hexadecimal(nextRandom() | 1, 16))-01"
        let digits = String(sequence)
        let data =
            "{\"saleId\":\"\(sale)\",\"regency\":\"53.06\",\"till\":\"t1\",\"soldAt\":\"2026-11-25T02:00:00Z\",\"tender\":\"cash\","
            + "\"offline\":false,\"flags\":[],\"lines\":[\(line)],\"total\":\(net)}"
        let body =
            "{\"specversion\":\"1.0\",\"id\":\"\(id)\",\"source\":\"/consignment\",\"type\":\"id.nttmart.consignment.sale-recorded.v1\","
            + "\"subject\":\"\(sale)\",\"time\":\"2026-11-25T02:00:00.123Z\",\"datacontenttype\":\"application/json\",\"regency\":\"53.06\","
            + "\"correlationid\":\"\(id)\",\"causationid\":\"\(id)\",\"traceparent\":\"\(traceparent)\","
            + "\"sequence\":\"\(String(repeating: "0", count: 20 - digits.count))\(digits)\",\"data\":\(data)}"
        return (id, Array(body.utf8), traceparent)
    }

    private mutating func nextRandom() -> UInt64 {
        random &+= 0x9E37_79B9_7F4A_7C15
        var z = random
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A hundred sales a millisecond would be too many for one counter: ten here.
    private mutating func uuid() -> String {
        let time = hasRandomIds ? nextRandom() >> 16 : start + UInt64(sequence / 10)
        let counter = hasRandomIds ? nextRandom() & 0xFFF : UInt64(sequence % 10) << 8 | nextRandom() & 0xFF
        let (a, b) = (hexadecimal(time, 12), hexadecimal(nextRandom(), 16))
        return
            "\(a.prefix(8))-\(a.suffix(4))-\(hexadecimal(0x7000 | counter, 4))-\(hexadecimal(0x8000 | nextRandom() & 0x3FFF, 4))-\(b.prefix(12))"
    }

    private func hexadecimal(_ number: UInt64, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text.suffix(digits)
    }
}
