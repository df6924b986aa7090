import ArgumentParser
import Contracts
import Messaging
import Platform

/// Which of the parked messages are meant.
struct ParkedFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Those of one service.", valueName: "service"), completion: .list(Platform.names))
    var service: String?

    @Option(help: ArgumentHelp("Those parked for this reason, e.g. conflict.", valueName: "reason"), completion: .list(Self.reasons))
    var parkedFor: String?

    @Option(help: ArgumentHelp("Those of this type, e.g. catalog.product-listed.", valueName: "type"))
    var type: String?

    private static let reasons = ParkReason.allCases.map(\.rawValue)

    var isEmpty: Bool { service == nil && parkedFor == nil && type == nil }

    func validate() throws {
        if let service, !Platform.names.contains(service) {
            throw ValidationError("'\(service)' is none of the services: \(Platform.names.joined(separator: ", ")).")
        }
        if let parkedFor, !Self.reasons.contains(parkedFor) {
            throw ValidationError("'\(parkedFor)' is none of the reasons: \(Self.reasons.joined(separator: ", ")).")
        }
    }

    func sides(_ sides: ReadSides) -> [HTTPClient] { sides.all.filter { service == nil || service == $0.service } }

    /// The type as it stands in an envelope; a short one gets the platform's prefix and the first version.
    var fullType: String? {
        type.map { $0.hasPrefix(MessageName.prefix) ? $0 : "\(MessageName.prefix)\($0).v1" }
    }

    /// For `/v1/parked`.
    var query: String {
        let pairs = [("reason", parkedFor), ("type", fullType)].compactMap { name, value in
            value.map { "\(name)=\(HTTPClient.escaped($0))" }
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }
}
