import Contracts
import Messaging
import RabbitMQ
import Testing

/// A queue that strangers write to, and what a good message for it looks like.
struct HostileQueue: Sendable, CustomTestStringConvertible {
    let service: String
    let channel: Incoming.Channel
    /// Name of a good message, and its data with `$` for an id that is new each time.
    let name: MessageName
    let data: String
    /// Name of a message with a number in it, and its data with `#` for the number.
    let counted: MessageName
    let countedData: String

    var testDescription: String { "\(service).\(channel.rawValue)" }
    var exchange: String { channel == .commands ? Topology.commands : Topology.events }

    func good(_ id: String, number: Int) -> OutgoingMessage {
        message(["id": "\"\(id)\"", "data": data.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "\(number)")])
    }

    /// A message whose envelope has these members (as JSON) in place of the good ones; nil leaves one out.
    func message(
        _ members: KeyValuePairs<String, String?>, type: MessageName? = nil, routingKey: String? = nil, exchange: String? = nil,
        contentType: String? = OutgoingMessage.cloudEvent, headers: [String: FieldValue] = [:]
    ) -> OutgoingMessage {
        .raw(
            envelope(members, type: type), to: routingKey ?? (type ?? name).routingKey, exchange: exchange ?? self.exchange,
            contentType: contentType, headers: headers)
    }

    func envelope(_ members: KeyValuePairs<String, String?>, type: MessageName? = nil) -> String {
        var all: [(String, String?)] = [
            ("specversion", #""1.0""#), ("id", nil), ("source", #""/stranger""#), ("type", "\"\((type ?? name).type)\""),
            ("data", data.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "0")),
        ]
        for (name, value) in members {
            if let place = all.firstIndex(where: { $0.0 == name }) { all[place].1 = value } else { all.append((name, value)) }
        }
        return "{" + all.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }.joined(separator: ",") + "}"
    }

    static let all: [HostileQueue] = [
        HostileQueue(
            service: "catalog", channel: .commands, name: RegisterSeller.name,
            data: #"{"sellerId":"good-$","name":"Good","regency":"53.06"}"#,
            counted: ChangePrice.name, countedData: ##"{"productId":"p","price":#}"##),
        HostileQueue(
            service: "permits", channel: .commands, name: ApplyForPermit.name,
            data: #"{"permitId":"good-$","permitKind":"nib","regency":"53.06","sellerId":"s"}"#,
            counted: ResubmitPermit.name, countedData: ##"{"permitId":#}"##),
        HostileQueue(
            service: "consignment", channel: .commands, name: RecordSale.name,
            data: """
                {"saleId":"good-$","regency":"53.06","till":"t","soldAt":"2026-02-06T02:00:00Z","tender":"cash","offline":true,\
                "lines":[{"lineId":"1","productId":"nobody-knows-it","quantity":1,"unitPrice":1000}]}
                """,
            counted: ReceiveGoods.name, countedData: ##"{"lotId":"l","regency":"53.06","productId":"p","quantity":#}"##),
        HostileQueue(
            service: "settlement", channel: .commands, name: AssignSuspense.name,
            data: #"{"assignmentId":"good-$","saleId":"hostile-suspense","lineId":"$","sellerId":"s","assignedBy":"Maria"}"#,
            counted: AssignSuspense.name, countedData: ##"{"assignmentId":#,"saleId":"s","lineId":"1","sellerId":"s","assignedBy":"M"}"##),
        HostileQueue(
            service: "catalog", channel: .events, name: PermitApproved.name,
            data: #"{"permitId":"good-$","permitKind":"nib","sellerId":"s-hostile","number":"1","validFrom":"2026-01-01","officer":"M"}"#,
            counted: PermitApproved.name,
            countedData: ##"{"permitId":#,"permitKind":"nib","sellerId":"s","number":"1","validFrom":"2026-01-01","officer":"M"}"##),
        HostileQueue(
            service: "consignment", channel: .events, name: ProductListed.name,
            data: """
                {"productId":"good-$","sellerId":"s","regency":"53.06","name":"Good","programme":"ovop","kind":"craft","price":1000,"unit":"pcs"}
                """,
            counted: PriceChanged.name, countedData: ##"{"productId":"good-0","price":#,"effectiveOn":"2026-02-05"}"##),
        HostileQueue(
            service: "settlement", channel: .events, name: SellerRegistered.name,
            data: #"{"sellerId":"told-$","name":"Good","regency":"53.06"}"#,
            counted: GoodsWrittenOff.name,
            countedData: """
                {"writeOffId":"w","lotId":"l","productId":"p","sellerId":"s","regency":"53.06","quantity":#,"unitPrice":1000,"net":5000,\
                "reason":"r","liability":"mart"}
                """),
    ]

    /// Permits follows nobody: its queue gets only what is written into it directly.
    static let permitsEvents = HostileQueue(
        service: "permits", channel: .events, name: MessageName("permits", "permit-approved"), data: "{}",
        counted: MessageName("permits", "permit-approved"), countedData: "{}")
}

/// A message that nobody can act on, and what becomes of it.
struct HostileMessage: Sendable {
    let label: String
    let message: OutgoingMessage
    /// Nil: a command that is rejected `invalid` and not parked.
    let reason: ParkReason?

    init(_ label: String, _ reason: ParkReason?, _ message: OutgoingMessage) {
        (self.label, self.reason, self.message) = (label, reason, message)
    }
}
