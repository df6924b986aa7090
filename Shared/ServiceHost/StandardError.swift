import Foundation
import Primitives

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes to standard error, or does not: a log whose reader has gone, or whose disk is full, must not end the service.
enum StandardError {
    /// One line, whatever the text holds.
    static func line(_ text: String) {
        var line = Printable.line(text) + "\n"
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = write(STDERR_FILENO, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                if written <= 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}
