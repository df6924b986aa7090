import ArgumentParser
import Contracts
import Foundation
import Platform
import Primitives
import StrictJSON

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends one command and shows the reply.",
        usage: "martctl send <service.command> [key=value …] [options]",
        discussion: """
            Fields are given as key=value (integers, true and false are recognised, parts are nested by dots, lists count from 0, \
            key:=value takes raw JSON), as JSON with --data, or both. The same --id with the same data is answered again and has no \
            second effect, so a command whose reply did not come can safely be repeated.

              martctl send catalog.register-seller sellerId=s1 name='Ibu Maria' \\
                regency=53.06
              martctl send catalog.register-product productId=p1 sellerId=s1 \\
                name='Jagung titi' programme=ovop kind=food-dry price=25000 \\
                origin.villageCode=53.06.07.2005
              martctl send consignment.record-sale saleId=s-1 regency=53.06 till=T1 \\
                soldAt=2026-02-05T02:00:00Z lines.0.lineId=1 lines.0.productId=p1 \\
                lines.0.quantity=2 tender=cash
              martctl send permits.approve-permit --data '{"permitId":"p1-nib",
                "number":"1234567890123","validFrom":"2026-02-05","officer":"Agus"}'
              martctl send consignment.record-sale --data @sale.json
              jq -c .sale till.json | martctl send consignment.record-sale --data -

            Exit code 0 when it was accepted, or a duplicate of what was; 1 when it was rejected; 75 when no reply came.
            """)

    @Argument(
        help: ArgumentHelp("The command, e.g. catalog.open-mart.", valueName: "service.command"),
        completion: .list(MessageName.commands.map(\.routingKey)))
    var command: String

    @Argument(help: ArgumentHelp("Fields of the data.", valueName: "key=value"))
    var fields: [String] = []

    @Option(help: ArgumentHelp("The data as JSON, @file, or - for standard input.", valueName: "json|@file|-"))
    var data: String?

    @Option(help: "The message's id. (default: a new UUIDv7)")
    var id: String?

    @Option(help: ArgumentHelp("The regency of the envelope, e.g. 53.06.", valueName: "code"))
    var regency: String?

    @Option(help: ArgumentHelp("How many seconds to wait for the reply.", valueName: "seconds"))
    var timeout: Double = 10

    @Flag(help: "Print the reply as it came.")
    var json = false

    @Flag(help: "Send it also when no service takes such a command: it is parked then.")
    var unchecked = false

    @OptionGroup var broker: BrokerOptions

    func validate() throws {
        let parts = command.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, Platform.names.contains(String(parts[0])), !parts[1].isEmpty else {
            throw ValidationError("'\(command)' is no <service>.<command>; the services are \(Platform.names.joined(separator: ", ")).")
        }
        let known = MessageName.commands.map(\.routingKey)
        if !unchecked, !known.contains(command) {
            let hint = Suggestion.nearest(to: command, among: known).map { " Did you mean \($0)?" } ?? ""
            throw ValidationError("No service takes '\(command)'.\(hint)")
        }
        guard timeout > 0 else { throw ValidationError("--timeout must be more than 0 seconds.") }
    }

    func run() async throws {
        try await Failure.reported {
            let request = Request(name: command, regency: regency, data: try body())
            let client = CommandClient(try broker.configuration(), source: "/martctl")
            try await client.connect(within: broker.patience)
            let answer: Answer
            do {
                answer = try await client.ask([request], id: id, patience: .seconds(timeout))[0]
                await client.close()
            } catch {
                await client.close()
                throw error
            }
            Terminal.show(json ? JSONLine.text(answer.body) : Self.text(answer))
            if !answer.isAccepted { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }

    private func body() throws -> [UInt8] {
        var builder = DataBuilder.object([])
        if let data {
            do {
                let root = try JSONDocument(parsing: try bytes(data)).root
                guard root.kind == .object else { throw Failure(.usage, "the data must be a JSON object") }
                builder = DataBuilder(root)
            } catch let error as JSONError {
                throw Failure(.usage, "the data cannot be used: \(error)")
            }
        }
        for field in fields { try builder.apply(field) }
        var json = JSONWriter()
        builder.write(to: &json)
        return json.bytes
    }

    private func bytes(_ data: String) throws -> [UInt8] {
        if data == "-" { return Array(try InputFile.contents("-")) }
        return data.hasPrefix("@") ? Array(try InputFile.contents(String(data.dropFirst()))) : Array(data.utf8)
    }

    private static func text(_ answer: Answer) -> String {
        var lines = ["\(answer.status)  \(answer.code)  \(answer.subject)"]
        if !answer.message.isEmpty { lines.append("  \(answer.message)") }
        let details = (try? JSONDocument(parsing: answer.body))?.root["data"]?["details"]?.members ?? []
        for detail in details {
            lines.append("  \(detail.name): \(detail.value.string ?? String(decoding: detail.value.rawBytes, as: UTF8.self))")
        }
        return lines.map { Printable.line($0) + "\n" }.joined()
    }
}
