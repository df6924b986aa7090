import Contracts
import Platform
import ServiceFramework
import Testing

@Suite("The list of the platform")
struct PlatformTests {
    @Test("who listens stands before those it listens to")
    func listenersFirst() {
        let order = Platform.listenersFirst
        #expect(Set(order.map(\.name)) == Set(Platform.names))
        for (place, service) in order.enumerated() {
            let sources = Set(service.consumes.map(\.service))
            #expect(order[..<place].allSatisfy { !sources.contains($0.name) }, "\(service.name) stands behind one of its sources")
        }
    }

    @Test("every service has a name and a port of its own")
    func namesAndPorts() {
        #expect(Set(Platform.names).count == Platform.names.count)
        #expect(Set(Platform.services.map(\.port)).count == Platform.services.count)
    }
}
