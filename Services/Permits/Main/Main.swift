import PermitsService
import PlatformManifest
import ServiceHost

@main
struct Main {
    static func main() async {
        await ServiceMain.run(PermitsService.definition(rules:), topology: Manifest.topology)
    }
}
