import Foundation
import Primitives

/// The ways out of martctl to a person or a program, and the only ones: whatever passes here is harmless to a terminal (`Printable`).
enum Terminal {
    static let isInteractive = isatty(STDOUT_FILENO) == 1
    private static let showsErrors = isatty(STDERR_FILENO) == 1

    /// On standard error, one line; on a terminal, broken between words.
    static func complain(_ text: String) {
        write((showsErrors ? Paragraph.text(text) : Printable.line(text)) + "\n", to: STDERR_FILENO)
    }

    /// On standard output, at once. Ends the program where it cannot be written: a recording that lacks something must not pass for whole.
    static func show(_ text: String) {
        if write(Printable.text(text), to: STDOUT_FILENO) { return }
        let fault = errno
        // The reader has seen enough, as `head` does.
        if fault != EPIPE { complain("martctl: standard output cannot be written: \(String(cString: strerror(fault)))") }
        exit(Failure.Code.incomplete.rawValue)
    }

    /// On standard error, as it stands: help and complaints of the command line.
    static func explain(_ text: String) { write(Printable.text(text), to: STDERR_FILENO) }

    /// A line that the next one replaces. Only for a terminal.
    static func progress(_ text: String, on descriptor: Int32 = STDOUT_FILENO) {
        write("\r\u{1B}[K" + Printable.prefix(Printable.line(text), width: Table.width - 1), to: descriptor)
    }

    @discardableResult
    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if written >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                } else if errno == EAGAIN {
                    // Somebody else, such as a shell's other program, has made it so.
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}
