import CatalogService
import ServiceKit

@main
struct Main {
    static func main() async {
        await ServiceMain.run(CatalogService.definition(rules:))
    }
}
