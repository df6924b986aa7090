import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard input, output and error of a process that was started without one of them (`2>&-`): the next file or connection that is opened
/// would get its number, and what is written as a log would go there.
public enum StandardStreams {
    /// Before anything else is opened. Reading finds the end at once; writing to what nobody gave fails, or goes nowhere.
    public static func hold(writingFails: Bool = false) {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free, which is this one.
            _ = open("/dev/null", writingFails ? O_RDONLY : O_RDWR)
        }
    }
}
