// What Swift cannot import of ALSA itself: macros and variadic functions.
#pragma once
#include <alsa/asoundlib.h>

static inline void shim_say_nothing(
    const char *file, int line, const char *function, int code, const char *format, ...) {}

/// Keeps the library from writing its complaints to the terminal.
static inline void shim_silence_errors(void) { snd_lib_error_set_handler(shim_say_nothing); }
