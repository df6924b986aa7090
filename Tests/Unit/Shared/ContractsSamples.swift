import Contracts
import StrictJSON

/// One message of the contract with every field filled, in wire order, and the names of those that may miss.
struct Sample: Sendable, CustomStringConvertible {
    let description: String
    let full: String
    let optional: Set<String>
    let isCommand: Bool
    /// Reads data as this message and writes it again.
    let rewrite: @Sendable (JSONValue) throws -> [UInt8]

    init<C: Command>(_ type: C.Type, _ full: String, optional: Set<String> = []) {
        self.init(type.name, full, optional, isCommand: true) { FieldWriter.bytes(of: try FieldReader.read(C.self, from: $0)) }
    }

    init<E: Event>(_ type: E.Type, _ full: String, optional: Set<String> = []) {
        self.init(type.name, full, optional, isCommand: false) { FieldWriter.bytes(of: try FieldReader.read(E.self, from: $0)) }
    }

    private init(
        _ name: MessageName, _ full: String, _ optional: Set<String>, isCommand: Bool,
        rewrite: @escaping @Sendable (JSONValue) throws -> [UInt8]
    ) {
        description = name.routingKey
        self.full = full
        self.optional = optional
        self.isCommand = isCommand
        self.rewrite = rewrite
    }
}

enum Samples {
    static let all = catalog + permits + consignment + settlement

    private static let origin = #"{"villageCode":"53.06.07.2005"}"#

    static let catalog = [
        Sample(OpenMart.self, #"{"regency":"53.06","name":"NTT Mart Larantuka","openedOn":"2026-02-05"}"#, optional: ["regency"]),
        Sample(
            RegisterSeller.self, #"{"sellerId":"s1","name":"Kelompok Ina","regency":"53.06","phone":"081234567890","nib":"1234567890123"}"#,
            optional: ["regency", "phone", "nib"]),
        Sample(
            RegisterProduct.self,
            #"{"productId":"p1","sellerId":"s1","name":"Jagung titi","programme":"ovop","origin":\#(origin),"kind":"food-dry","price":25000,"#
                + #""unit":"pcs","net":"250 g","shelfLifeDays":90,"barcode":"8991234567890"}"#,
            optional: ["unit", "net", "shelfLifeDays", "barcode"]),
        Sample(
            RegisterProduct.self,
            #"{"productId":"p1","sellerId":"s1","name":"Abon","programme":"ocop","#
                + #""origin":{"villageCode":"53.06.03.1010","community":"Nelayan","communityKind":"fishers"},"kind":"food-dry","price":1}"#),
        Sample(
            RegisterProduct.self,
            #"{"productId":"p1","sellerId":"s1","name":"Antologi","programme":"osop","#
                + #""origin":{"villageCode":"53.06.03.1010","school":"SMKN 1","level":"SMK","npsn":"50301234"},"kind":"book","price":1}"#),
        Sample(ChangePrice.self, #"{"productId":"p1","price":1,"effectiveOn":"2026-02-06"}"#, optional: ["effectiveOn"]),
        Sample(ReclassifyProduct.self, #"{"productId":"p1","kind":"alcohol-unrefined"}"#),
        Sample(WithdrawProduct.self, #"{"productId":"p1","reason":"tidak dibuat lagi"}"#),
        Sample(MartOpened.self, #"{"regency":"53.06","name":"NTT Mart Larantuka","openedOn":"2026-02-05"}"#),
        Sample(SellerRegistered.self, #"{"sellerId":"s1","name":"Kelompok Ina","regency":"53.06"}"#),
        Sample(
            ProductRegistered.self,
            #"{"productId":"p1","sellerId":"s1","name":"Jagung titi","programme":"ovop","origin":\#(origin),"kind":"food-dry","price":25000,"#
                + #""unit":"pcs","net":"250 g","shelfLifeDays":90,"barcode":"899","regency":"53.06","requiredPermits":["nib","spp-irt"]}"#,
            optional: ["net", "shelfLifeDays", "barcode", "requiredPermits"]),
        Sample(
            ProductReclassified.self, #"{"productId":"p1","kind":"book","requiredPermits":["nib|school-letter"]}"#,
            optional: ["requiredPermits"]),
        Sample(PriceChanged.self, #"{"productId":"p1","price":9007199254740991,"effectiveOn":"2026-02-06"}"#),
        Sample(
            ProductListed.self,
            #"{"productId":"p1","sellerId":"s1","regency":"53.06","name":"Jagung titi","programme":"ovop","kind":"food-dry","price":25000,"#
                + #""unit":"pcs","listedUntil":"2026-10-16"}"#, optional: ["listedUntil"]),
        Sample(
            ProductHeld.self,
            #"{"productId":"p1","sellerId":"s1","regency":"53.06","reason":"permit-suspended","missingPermits":["spp-irt"]}"#,
            optional: ["missingPermits"]),
        Sample(ProductDelisted.self, #"{"productId":"p1","sellerId":"s1","regency":"53.06","reason":"withdrawn"}"#),
        Sample(
            UpdateSeller.self,
            #"{"sellerId":"s1","name":"Kelompok Ina","phone":"081234567890","nib":"1234567890123","changedBy":"Maria"}"#,
            optional: ["name", "phone", "nib", "changedBy"]),
        Sample(
            SellerUpdated.self,
            #"{"sellerId":"s1","name":"Kelompok Ina","regency":"53.06","changed":["name","phone"],"changedBy":"Maria"}"#,
            optional: ["changed", "changedBy"]),
        Sample(
            CloseMart.self, #"{"regency":"53.06","closedOn":"2026-02-06","reason":"banjir","closedBy":"Maria"}"#,
            optional: ["regency", "closedOn"]),
        Sample(
            ReopenMart.self, #"{"regency":"53.06","reopenedOn":"2026-02-09","reason":"kering","reopenedBy":"Maria"}"#,
            optional: ["regency", "reopenedOn"]),
        Sample(MartClosed.self, #"{"regency":"53.06","closedOn":"2026-02-06","reason":"banjir","closedBy":"Maria"}"#),
        Sample(
            MartReopened.self,
            #"{"regency":"53.06","closedOn":"2026-02-06","reopenedOn":"2026-02-09","reason":"kering","reopenedBy":"Maria"}"#,
            optional: ["closedOn"]),
    ]

    private static let facts =
        #""permitId":"pirt-1","permitKind":"spp-irt","agency":"dinas-kesehatan","regency":"53.06","sellerId":"s1","productId":"p1""#
    private static let decision = #"{\#(facts),"reason":"label","officer":"Maria","effectiveOn":"2026-02-05"}"#
    private static let decided: Set = ["agency", "regency", "reason", "officer", "effectiveOn"]

    static let permits = [
        Sample(
            ApplyForPermit.self,
            #"{"permitId":"pirt-1","permitKind":"spp-irt","regency":"53.06","sellerId":"s1","productId":"p1","documents":["ktp.pdf"]}"#,
            optional: ["regency", "documents"]),
        Sample(
            ApplyForPermit.self, #"{"permitId":"nib-1","permitKind":"nib","regency":"53.06","sellerId":"s1","documents":[]}"#,
            optional: ["regency", "documents"]),
        Sample(ResubmitPermit.self, #"{"permitId":"pirt-1","documents":["mended.pdf"]}"#),
        Sample(
            ApprovePermit.self,
            #"{"permitId":"pirt-1","number":"206530600010130","validFrom":"2026-02-05","validUntil":"2026-02-05","officer":"Maria"}"#,
            optional: ["validUntil"]),
        Sample(RefusePermit.self, #"{"permitId":"pirt-1","reason":"dapur","officer":"Maria"}"#),
        Sample(RequestRepair.self, #"{"permitId":"pirt-1","reason":"label","officer":"Maria"}"#),
        Sample(
            SuspendPermit.self, #"{"permitId":"pirt-1","reason":"label","officer":"Maria","effectiveOn":"2026-02-06"}"#,
            optional: ["effectiveOn"]),
        Sample(
            ReinstatePermit.self, #"{"permitId":"pirt-1","reason":"label","officer":"Maria","effectiveOn":"2026-02-06"}"#,
            optional: ["effectiveOn"]),
        Sample(
            RevokePermit.self, #"{"permitId":"pirt-1","reason":"label","officer":"Maria","effectiveOn":"2025-02-06"}"#,
            optional: ["effectiveOn"]),
        Sample(PermitApplied.self, #"{\#(facts),"documents":["ktp.pdf","denah.pdf"]}"#, optional: ["agency", "regency", "documents"]),
        Sample(
            PermitApproved.self,
            #"{\#(facts),"number":"206530600010130","validFrom":"2026-02-05","validUntil":"2031-02-04","officer":"Maria","warnings":["odd"]}"#,
            optional: ["agency", "regency", "validUntil", "warnings"]),
        Sample(PermitRefused.self, decision, optional: decided),
        Sample(PermitRepairRequested.self, decision, optional: decided),
        Sample(PermitSuspended.self, decision, optional: decided),
        Sample(PermitReinstated.self, decision, optional: decided),
        Sample(PermitRevoked.self, decision, optional: decided),
        Sample(PermitExpired.self, #"{\#(facts),"validUntil":"2031-02-04"}"#, optional: ["agency", "regency", "validUntil"]),
        Sample(CorrectPermitNumber.self, #"{"permitId":"pirt-1","number":"206530600010130","reason":"salah ketik","officer":"Maria"}"#),
        Sample(
            PermitNumberCorrected.self,
            #"{\#(facts),"number":"206530600010130","previousNumber":"206530600010131","reason":"salah ketik","officer":"Maria","warnings":["odd"]}"#,
            optional: ["agency", "regency", "previousNumber", "reason", "officer", "warnings"]),
        Sample(PermitExpiring.self, #"{\#(facts),"validUntil":"2031-02-04","daysLeft":180}"#, optional: ["agency", "regency"]),
    ]

    static let consignment = [
        Sample(
            ReceiveGoods.self,
            #"{"lotId":"l1","regency":"53.06","productId":"p1","quantity":8,"offered":8,"refusedReason":"rusak","expiresOn":"2026-05-01"}"#,
            optional: ["regency", "offered", "refusedReason", "expiresOn"]),
        Sample(
            RecordSale.self,
            #"{"saleId":"x1","regency":"53.06","till":"till-1","soldAt":"2026-02-05T02:00:00.250Z","#
                + #""lines":[{"lineId":"1","productId":"p1","quantity":2,"unitPrice":25000,"lotId":"l1"}],"tender":"qris","offline":true}"#,
            optional: ["regency", "offline"]),
        Sample(
            RefundSale.self, #"{"refundId":"r1","saleId":"x1","lines":[{"lineId":"1","quantity":1}],"reason":"cacat","restock":false}"#),
        Sample(ReturnGoods.self, #"{"returnId":"t1","lotId":"l1","quantity":1,"reason":"tidak laku"}"#),
        Sample(WriteOffGoods.self, #"{"writeOffId":"w1","lotId":"l1","quantity":1,"reason":"tikus","liability":"mart"}"#),
        Sample(
            GoodsReceived.self,
            #"{"lotId":"l1","regency":"53.06","productId":"p1","quantity":8,"offered":10,"refusedReason":"rusak","expiresOn":"2026-05-01","#
                + #""sellerId":"s1","receivedAt":"2026-02-05T02:00:00Z"}"#, optional: ["refusedReason", "expiresOn"]),
        Sample(
            SaleRecorded.self,
            #"{"saleId":"x1","regency":"53.06","till":"till-1","soldAt":"2026-02-05T02:00:00Z","tender":"cash","offline":true,"#
                + #""flags":["out-of-stock"],"lines":[{"lineId":"1","productId":"p1","sellerId":"s1","quantity":2,"unitPrice":12345,"net":24690,"#
                + #""flags":["out-of-stock"],"unallocated":1,"lots":[{"lotId":"l1","quantity":1}]}],"total":24690}"#,
            optional: ["offline", "flags"]),
        Sample(
            SaleRefunded.self,
            #"{"refundId":"r1","saleId":"x1","regency":"53.06","refundedAt":"2026-02-05T02:00:00Z","tender":"cash","reason":"cacat","restock":true,"#
                + #""lines":[{"lineId":"1","productId":"p1","sellerId":"s1","quantity":1,"refundedBefore":1,"net":12345}],"total":12345}"#,
            optional: ["restock"]),
        Sample(
            GoodsReturned.self,
            #"{"returnId":"t1","lotId":"l1","quantity":1,"reason":"tidak laku","productId":"p1","sellerId":"s1","regency":"53.06"}"#),
        Sample(
            GoodsWrittenOff.self,
            #"{"writeOffId":"w1","lotId":"l1","productId":"p1","sellerId":"s1","regency":"53.06","quantity":2,"unitPrice":5,"net":10,"#
                + #""reason":"tikus","liability":"none"}"#),
        Sample(
            AdjustStock.self,
            #"{"adjustmentId":"c1","lotId":"l1","difference":-2,"reason":"stok opname","countedBy":"Yosef","approvedBy":"Maria"}"#),
        Sample(
            ResolveFlag.self,
            #"{"resolutionId":"v1","saleId":"x1","flag":"clock-skew","lineId":"1","note":"jam kasir salah","resolvedBy":"Maria"}"#,
            optional: ["lineId"]),
        Sample(
            StockAdjusted.self,
            #"{"adjustmentId":"c1","lotId":"l1","productId":"p1","sellerId":"s1","regency":"53.06","difference":3,"reason":"stok opname","#
                + #""countedBy":"Yosef","approvedBy":"Maria","adjustedAt":"2026-02-05T02:00:00Z"}"#),
        Sample(
            FlagResolved.self,
            #"{"resolutionId":"v1","saleId":"x1","regency":"53.06","lineId":"1","flag":"expired","note":"dicek","resolvedBy":"Maria","#
                + #""resolvedAt":"2026-02-05T02:00:00Z"}"#, optional: ["lineId"]),
    ]

    static let settlement = [
        Sample(AssignSuspense.self, #"{"assignmentId":"a1","saleId":"x1","lineId":"1","sellerId":"s1","assignedBy":"Yosef"}"#),
        Sample(
            ReassignSuspense.self,
            #"{"assignmentId":"a2","replaces":"a1","sellerId":"s2","reason":"label read wrongly","assignedBy":"Yosef","approvedBy":"Maria"}"#
        ),
        Sample(
            SettlementPosted.self,
            #"{"settlementId":"w1","saleId":"x1","writeOffId":"w1","regency":"53.06","lines":[{"lineId":"1","sellerId":"s1","productId":"p1","#
                + #""net":12345,"sellerShare":11111,"martShare":1234}],"totals":{"net":12345,"sellerShare":11111,"martShare":1234}}"#,
            optional: ["saleId", "writeOffId"]),
        Sample(
            SettlementReversed.self,
            #"{"refundId":"r1","saleId":"x1","regency":"53.06","lines":[{"lineId":"1","sellerId":"s1","net":1,"sellerShare":1,"martShare":0}],"#
                + #""totals":{"net":1,"sellerShare":1,"martShare":0}}"#),
        Sample(
            SuspenseAssigned.self,
            #"{"assignmentId":"a1","saleId":"x1","lineId":"1","sellerId":"s1","assignedBy":"Yosef","regency":"53.06","sellerShare":11111}"#),
        Sample(
            SuspenseReassigned.self,
            #"{"assignmentId":"a2","replaces":"a1","saleId":"x1","lineId":"1","sellerId":"s2","fromSellerId":"s1","reason":"label","#
                + #""assignedBy":"Yosef","approvedBy":"Maria","regency":"53.06","sellerShare":11111}"#),
    ]
}
