import Foundation
import TestSupport
import Testing

/// A disk that is in trouble when a service starts need not be so at the next start, so the exit code is one that restarts it.
struct FailingStartTests {
    @Test(.processes(minutes: 2), arguments: [FaultyDisk.Fault.full, .writeFails, .readOnly])
    func `a service that is started on a failing disk ends with 1, and starts when the disk is well`(fault: FaultyDisk.Fault) async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        let folder = try TemporaryFolder("start")
        let disk = try await FaultyDisk(folder, of: "permits")
        try disk.set(fault)
        let service = try ServiceProcess(
            "permits", amqpURL: place.url, folder: folder, environment: disk.environment.filter { $0.key != "STORE_UNDO" })
        #expect(try await service.waitForExit() == 1, "\(service.logTail())")
        #expect(service.logTail().contains("cannot be opened"), "\(service.logTail())")
        try disk.set(.none)
        try await service.restart()
        try await service.waitUntilReady()
        // A store that is there is not harmed either.
        try await service.kill()
        try disk.set(fault)
        try await service.restart()
        #expect(try await service.waitForExit() == 1, "\(service.logTail())")
        try disk.set(.none)
        try await service.restart()
        try await service.waitUntilReady()
        #expect(try await service.terminate() == 0)
    }
}
