// Shifts the wall clock of a process that is started with this library in LD_PRELOAD.
//
// The file named by CLOCK_SHIM_FILE holds 8 bytes, little endian: nanoseconds to add, negative for back. A test
// writes it whenever it likes, and every reading from then on has it. All other clocks stay true, and so does whatever
// the kernel measures: only what the process is told of the wall clock is shifted.

#if defined(__linux__)

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t nanoseconds_a_second = 1000000000;

/// The file, mapped; null before it is, and where no shift is wanted.
static const int64_t *shift;

/// Runs before `main`. A file that cannot be had ends the process: a test must not pass with the clock unshifted.
__attribute__((constructor)) static void map_shift(void) {
    const char *path = getenv("CLOCK_SHIM_FILE");
    if (path == NULL) return;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    void *mapping = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
    if (mapping == MAP_FAILED) {
        perror(path);
        _exit(71);
    }
    close(file);
    shift = mapping;
}

static int read_clock(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result != 0 || shift == NULL) return result;
    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return result;
    int64_t now = (int64_t)time->tv_sec * nanoseconds_a_second + time->tv_nsec;
    now += __atomic_load_n(shift, __ATOMIC_RELAXED);
    time->tv_sec = now / nanoseconds_a_second;
    time->tv_nsec = now % nanoseconds_a_second;
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) { return read_clock(clock, time); }

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    if (read_clock(CLOCK_REALTIME, &now) != 0) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *seconds) {
    struct timespec now;
    if (read_clock(CLOCK_REALTIME, &now) != 0) return -1;
    if (seconds != NULL) *seconds = now.tv_sec;
    return now.tv_sec;
}

#endif
