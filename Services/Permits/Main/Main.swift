import PermitsService
import PlatformManifest
import ServiceKit

@main
struct Main {
    static func main() async {
        await ServiceMain.run(PermitsService.definition(rules:), topology: Manifest.topology)
    }
}
