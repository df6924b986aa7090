import CatalogService
import PlatformManifest
import ServiceHost

@main
struct Main {
    static func main() async {
        await ServiceMain.run(CatalogService.definition(rules:), topology: Manifest.topology)
    }
}
