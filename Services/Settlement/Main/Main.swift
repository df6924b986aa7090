import PlatformManifest
import ServiceHost
import SettlementService

@main
struct Main {
    static func main() async {
        await ServiceMain.run(SettlementService.definition(rules:), topology: Manifest.topology)
    }
}
