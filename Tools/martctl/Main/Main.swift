import MartctlKit

@main
enum Main {
    static func main() async { await Martctl.start() }
}
