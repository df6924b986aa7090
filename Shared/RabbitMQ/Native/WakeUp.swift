import CRabbitMQ
import Glibc
import Synchronization

/// Lets other threads end the I/O thread's sleep, with a system call only if it sleeps.
///
/// The I/O thread calls `announceSleep()`, then looks for work once more, then `sleep`. Others first put their work where it will be
/// found, then call `wake()`. With sequential consistency one of the two sees the other.
final class WakeUp: Sendable {
    private let descriptor: Int32
    private let isAsleep = Atomic<Bool>(false)

    init() {
        descriptor = crabbitmq_eventfd_open()
        precondition(descriptor >= 0, "No event descriptor could be made (error \(errno))")
    }

    deinit { close(descriptor) }

    func wake() {
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { crabbitmq_eventfd_signal(descriptor) }
    }

    /// For the I/O thread, before it looks for work for the last time.
    func announceSleep() { isAsleep.store(true, ordering: .sequentiallyConsistent) }

    /// For the I/O thread, when it found work after all.
    func cancelSleep() { isAsleep.store(false, ordering: .sequentiallyConsistent) }

    /// Waits until the socket (if any) can be read, or is at its end; until `wake()`, or until the time is over.
    /// - Parameter isReading: false: only its end counts.
    func sleep(socket: Int32?, isReading: Bool = true, milliseconds: Int32) {
        // A negative descriptor is skipped by poll.
        var descriptors = (
            pollfd(fd: socket ?? -1, events: isReading ? Int16(POLLIN) : SocketEnd.event, revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        )
        withUnsafeMutableBytes(of: &descriptors) { bytes in
            _ = poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, milliseconds)
        }
        isAsleep.store(false, ordering: .sequentiallyConsistent)
        if descriptors.1.revents != 0 { crabbitmq_eventfd_clear(descriptor) }
    }
}
