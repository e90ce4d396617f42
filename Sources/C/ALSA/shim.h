// What Swift cannot import of ALSA itself: macros and variadic functions.
#pragma once
#include <alsa/asoundlib.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

// The system declares it only to those who ask for all that is not POSIX.
extern int ppoll(
    struct pollfd *polled, nfds_t count, const struct timespec *limit, const sigset_t *mask);

/// Waits until one of the descriptors is ready or the time is over; returns how many are.
static inline int shim_poll(struct pollfd *polled, nfds_t count, long long nanoseconds) {
  struct timespec limit = {
      .tv_sec = (time_t)(nanoseconds / 1000000000), .tv_nsec = (long)(nanoseconds % 1000000000)};
  return ppoll(polled, count, &limit, NULL);
}

static inline void shim_say_nothing(
    const char *file, int line, const char *function, int code, const char *format, ...) {}

/// Keeps the library from writing its complaints to the terminal.
static inline void shim_silence_errors(void) { snd_lib_error_set_handler(shim_say_nothing); }
