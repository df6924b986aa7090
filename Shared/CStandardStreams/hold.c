// Standard input, output and error of a process that was started without one of them (`2>&-`): the next file or connection that is opened would
// get its number, and what is written as a log would go there. Here they are held by /dev/null before anything else runs, Swift's runtime included,
// which opens descriptors of its own before `main`.
//
// Reading finds the end at once. Writing output that somebody waits for fails, as it should; what would be said on standard error goes nowhere.

#include <fcntl.h>
#include <unistd.h>

__attribute__((constructor)) static void hold_standard_streams(void) {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0) continue;
        // The lowest number that is free, which is this one.
        if (open("/dev/null", descriptor == STDERR_FILENO ? O_RDWR : O_RDONLY) != descriptor) return;
    }
}
