import ConsignmentService
import ServiceKit

@main
struct Main {
    static func main() async {
        await ServiceMain.run(ConsignmentService.definition(rules:))
    }
}
