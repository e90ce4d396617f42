// Parts of the C library that Swift's Glibc module leaves out.
#pragma once
// _GNU_SOURCE is not set: it would change what is declared in headers that other modules share, and
// the compiler refuses two shapes of one type.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include <spawn.h>

// The C library shows these only where _GNU_SOURCE is set.

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

static inline int shim_name_thread(pthread_t thread, const char *name) {
  extern int pthread_setname_np(pthread_t, const char *);
  return pthread_setname_np(thread, name);
}

/// Sends a signal to one thread of this process, named by its number.
static inline int shim_signal_thread(int thread, int number) {
  extern int tgkill(pid_t, pid_t, int);
  return tgkill(getpid(), thread, number);
}

/// Waits for a thread's end until a point of the wall clock.
static inline int shim_join_until(pthread_t thread, const struct timespec *deadline) {
  extern int pthread_timedjoin_np(pthread_t, void **, const struct timespec *);
  return pthread_timedjoin_np(thread, NULL, deadline);
}

/// Of the calling thread alone, as Linux has it.
static inline int shim_set_nice(int value) { return setpriority(PRIO_PROCESS, 0, value); }
static inline int shim_nice(void) { return getpriority(PRIO_PROCESS, 0); }

/// The highest real-time priority that the limits of the process allow; 0 for none.
static inline long shim_realtime_limit(void) {
  struct rlimit limit;
  // RLIMIT_RTPRIO, which the C library shows only where _GNU_SOURCE is set.
  if (getrlimit(14, &limit)) return 0;
  return limit.rlim_cur > 99 ? 99 : (long)limit.rlim_cur;
}

/// The calling thread's number in the system.
static inline int shim_thread_number(void) {
  extern pid_t gettid(void);
  return gettid();
}

/// Has real-time threads of this process told of by SIGXCPU once they ran for `soft` microseconds without
/// a wait, and ended after `hard`; a lower limit stays.
static inline int shim_limit_realtime_run(unsigned long soft, unsigned long hard) {
  struct rlimit limit;
  // RLIMIT_RTTIME, which the C library shows only where _GNU_SOURCE is set.
  if (getrlimit(15, &limit)) return -1;
  if (limit.rlim_max > hard) limit.rlim_max = hard;
  limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
  return setrlimit(15, &limit);
}

/// `SCHED_RESET_ON_FORK` (sched.h).
static inline int shim_sched_reset_on_fork(void) { return 0x40000000; }

static inline int shim_ppoll(struct pollfd *entries, unsigned long count, const struct timespec *limit) {
  extern int ppoll(struct pollfd *, unsigned long, const struct timespec *, const sigset_t *);
  return ppoll(entries, count, limit, NULL);
}

/// A descriptor that has something to read whenever links, addresses or routes of this machine change
/// (rtnetlink(7)). Negative with `errno` on failure.
static inline int shim_open_network_watch(void) {
  // struct sockaddr_nl and the RTMGRP_… of LINK, IPV4_IFADDR, IPV4_ROUTE, IPV6_IFADDR, IPV6_ROUTE; the
  // kernel's own headers and the C library's declare some types twice.
  struct {
    unsigned short family, padding;
    unsigned port, groups;
  } address = {AF_NETLINK, 0, 0, 0x1 | 0x10 | 0x40 | 0x100 | 0x400};
  const int netlink_route = 0;
  int descriptor =
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, netlink_route);
  if (descriptor >= 0 && bind(descriptor, (struct sockaddr *)&address, sizeof address)) {
    close(descriptor);
    descriptor = -1;
  }
  return descriptor;
}

/// A new pseudo-terminal; the name of its other end goes to `name`. Negative with `errno` on failure.
static inline int shim_open_terminal(char *name, unsigned long size) {
  extern int posix_openpt(int), grantpt(int), unlockpt(int), ptsname_r(int, char *, unsigned long);
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master >= 0 && (grantpt(master) || unlockpt(master) || ptsname_r(master, name, size))) {
    close(master);
    master = -1;
  }
  return master;
}
