import Contracts
import StrictJSON

/// The CloudEvents envelope (section 2 of the contract): what every message has, and what our own events always have.
enum EnvelopeSchemas {
    static let common = "id.nttmart.envelope"

    static func reference(_ name: String) -> String { "#/components/schemas/\(name)" }

    static func writeCommon(to json: inout JSONWriter) {
        json.object { json in
            json.member("type", "object")
            json.member("description", "CloudEvents 1.0, structured JSON. Members that are not named are ignored; null counts as absent.")
            json.member("required", ["specversion", "id", "source", "type", "data"])
            json.object("properties") { json in
                json.object("specversion") { $0.member("const", "1.0") }
                for name in ["id", "source", "type"] {
                    json.key(named: name)
                    json.object { json in
                        json.member("type", "string")
                        json.member("minLength", 1)
                    }
                }
                json.object("subject") { $0.member("type", "string") }
                json.object("time", SchemaBuilder.instant)
                json.object("datacontenttype") { $0.member("const", "application/json") }
                json.object("regency", SchemaBuilder.regency)
                for name in ["correlationid", "causationid", "traceparent"] {
                    json.key(named: name)
                    json.object { $0.member("type", "string") }
                }
                json.object("sequence") { json in
                    json.member("type", "string")
                    json.member("pattern", "^[0-9]{1,20}$")
                }
                json.object("data") { $0.member("type", "object") }
            }
        }
    }

    /// The envelope of one message type.
    static func write(_ type: String, service: String?, isOurEvent: Bool, to json: inout JSONWriter) {
        json.object { json in
            json.array("allOf", [common]) { json, name in json.object { $0.member("$ref", reference(name)) } }
            if isOurEvent { json.member("required", ["time", "datacontenttype", "sequence"]) }
            json.object("properties") { json in
                json.object("type") { $0.member("const", type) }
                if isOurEvent, let service {
                    json.object("source") { $0.member("pattern", "^/\(service)(~[1-9][0-9]*)?$") }
                    json.object("sequence") { $0.member("pattern", "^[0-9]{20}$") }
                }
                json.object("data") { $0.member("$ref", reference("\(type).data")) }
            }
        }
    }
}
