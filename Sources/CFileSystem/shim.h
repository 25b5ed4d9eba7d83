// What Swift's module of the C library leaves out: statfs, and the time at which a file was made.
#pragma once
#include <linux/stat.h>
#include <stdint.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

// The time at which the file of a path was made, in nanoseconds since 1970; -1 where the file system does not keep it.
static inline int64_t file_birth_nanoseconds(const char *path) {
    struct statx status = {0};
    const int working_directory = -100;  // AT_FDCWD
    if (syscall(SYS_statx, working_directory, path, 0, STATX_BTIME, &status) != 0) return -1;
    if (!(status.stx_mask & STATX_BTIME)) return -1;
    return (int64_t)status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec;
}
