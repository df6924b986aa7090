import Contracts
import Messaging
import StrictJSON

/// Replies, and the rejections that are published where no reply was asked for (section 4 of the contract).
enum ReplyDescription {
    static let example = ReplyData(
        Rejection(.notFound, "the seller ina-tenun is not registered", field: "sellerId"), subject: "ina-tenun")

    static var exampleBody: [UInt8] {
        EnvelopeHeader(
            id: "0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c13", source: "/catalog", type: ReplyData.type, subject: "ina-tenun",
            time: "2026-02-05T02:00:00Z", correlationId: "0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11",
            causationId: "0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11"
        ).body { example.write(to: &$0) }
    }

    static func schema(namesCommand: Bool) -> [UInt8] {
        let members = ["status", "code"] + (namesCommand ? ["commandId", "commandSource", "commandType"] : [])
        return JSONWriter.object { json in
            json.member("type", "object")
            json.member("required", members)
            json.object("properties") { json in
                json.object("status") { json in
                    json.member("enum", namesCommand ? [ReplyStatus.rejected.rawValue] : ["accepted", "rejected", "duplicate"])
                }
                json.object("code") { $0.member("enum", ReplyCode.allCases.map { $0.rawValue }) }
                json.object("message") { json in
                    json.member("type", "string")
                    json.member("description", "a sentence for a person; absent when a reply older than 30 days is rebuilt")
                }
                json.object("subject") { $0.member("type", "string") }
                json.object("details") { json in
                    json.member("type", "object")
                    json.object("properties") { json in
                        json.object("field") { $0.member("type", "string") }
                        json.object("lineId", SchemaBuilder.id)
                        json.object("missingPermits") { json in
                            json.member("type", "array")
                            json.object("items", SchemaBuilder.text)
                        }
                        json.object("retriable") { json in
                            json.member("type", "boolean")
                            json.member("description", "what is missing may still be on its way: ask again under a new message id")
                        }
                    }
                }
                for name in members.dropFirst(2) {
                    json.key(named: name)
                    json.object { $0.member("type", "string") }
                }
            }
        }
    }
}
