// Loaded into a service by LD_PRELOAD: makes its store's disk misbehave as a control file says, and keeps what a power cut would undo.
//
// STORE_FAULTS names a file of 64 bytes that is mapped: byte 0 is the fault, bytes 8–15 count the syncs of the store's files.
//   0 none   1 syncs fail with EIO   2 writes fail with ENOSPC   3 writes fail with EROFS   4 each sync takes 100 ms   5 writes fail with EIO
//   6 writes are cut short, then fail with ENOSPC   7 each sync takes a second
// With STORE_UNDO=1 every write of a store's file first notes in <file>.undo what it replaces, and a sync of the file forgets the notes:
// what is noted when the process is dead is what a power cut would have taken.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static volatile unsigned char *control;
static int keeps_undo;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    const char *path = getenv("STORE_FAULTS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *map = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (map != MAP_FAILED) control = map;
        close(file);
    }
    keeps_undo = getenv("STORE_UNDO") != NULL;
}

// The path of a store's file, or NULL: nothing else is touched.
static const char *store(int file, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, size - 1);
    if (length <= 0) return NULL;
    path[length] = 0;
    return strstr(path, ".sqlite") ? path : NULL;
}

static int fault(void) { return control ? control[0] : 0; }

static void note(const char *path, int file, size_t count, off64_t offset) {
    char undo[4200];
    snprintf(undo, sizeof undo, "%s.undo", path);
    int out = open(undo, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct stat status;
    if (out < 0 || fstat(file, &status) != 0) abort();
    // Offset, size of the file before, count of replaced bytes, these bytes.
    int64_t head[3] = {offset, status.st_size, 0};
    if (offset < status.st_size) head[2] = status.st_size - offset < (int64_t)count ? status.st_size - offset : (int64_t)count;
    char *old = malloc(sizeof head + (size_t)head[2]);
    memcpy(old, head, sizeof head);
    // By the same descriptor: closing another one of the file would drop the locks that SQLite holds on it.
    if (head[2] > 0 && pread(file, old + sizeof head, (size_t)head[2], offset) != head[2]) abort();
    if (write(out, old, sizeof head + (size_t)head[2]) < 0) abort();
    free(old);
    close(out);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    char path[4096];
    const char *of = store(file, path, sizeof path);
    if (!of) return real_pwrite(file, bytes, count, offset);
    switch (fault()) {
    case 2: errno = ENOSPC; return -1;
    case 3: errno = EROFS; return -1;
    case 5: errno = EIO; return -1;
    case 6:
        if (count < 2) { errno = ENOSPC; return -1; }
        count /= 2;
    }
    pthread_mutex_lock(&lock);
    if (keeps_undo) note(of, file, count, offset);
    ssize_t written = real_pwrite(file, bytes, count, offset);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) { return pwrite64(file, bytes, count, offset); }

static int sync_store(int file, int (*real)(int)) {
    char path[4096], undo[4200];
    const char *of = store(file, path, sizeof path);
    if (!of) return real(file);
    if (fault() == 1) { errno = EIO; return -1; }
    if (fault() == 4) usleep(100000);
    if (fault() == 7) sleep(1);
    if (control) __atomic_fetch_add((uint64_t *)(control + 8), 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&lock);
    int result = real(file);
    if (result == 0 && keeps_undo) {
        snprintf(undo, sizeof undo, "%s.undo", of);
        truncate(undo, 0);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int file) { return sync_store(file, real_fsync); }
int fdatasync(int file) { return sync_store(file, real_fdatasync); }
