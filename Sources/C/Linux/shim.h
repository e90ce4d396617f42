// Parts of the C library that Swift's Glibc module leaves out.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include <spawn.h>

// The C library shows these only where _GNU_SOURCE is set before its first header is read, which a
// module that shares its headers with Glibc comes too late for.

static inline int shim_pipe2(int ends[2], int flags) {
  extern int pipe2(int[2], int);
  return pipe2(ends, flags);
}

static inline int shim_mkostemp(char *path, int flags) {
  extern int mkostemp(char *, int);
  return mkostemp(path, flags);
}

static inline int shim_spawn_closefrom(posix_spawn_file_actions_t *actions, int first) {
  extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

static inline short shim_spawn_setsid(void) { return 0x80; }

static inline char **shim_environ(void) {
  extern char **environ;
  return environ;
}
