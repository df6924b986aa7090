import ConsignmentService
import PlatformManifest
import ServiceHost

@main
struct Main {
    static func main() async {
        await ServiceMain.run(ConsignmentService.definition(rules:), topology: Manifest.topology)
    }
}
