import CatalogService
import ConsignmentService
public import Contracts
import PermitsService
import SettlementService
public import Store

/// The four services, by their indexes.
public enum Platform {
    public static func services() throws(InvalidData) -> [ServiceDefinition] {
        [
            try CatalogService.definition(), try PermitsService.definition(), try ConsignmentService.definition(),
            try SettlementService.definition(),
        ]
    }
}
