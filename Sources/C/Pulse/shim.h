// The library's functions, found when they are first needed: it brings a dozen others along, which a
// program that may never meet a sound server need not load.
#pragma once
#include <dlfcn.h>
#include <pulse/pulseaudio.h>

#define SHIM_PULSE_FUNCTIONS(X) \
  X(pa_context_connect) \
  X(pa_context_disconnect) \
  X(pa_context_errno) \
  X(pa_context_get_state) \
  X(pa_context_new) \
  X(pa_context_set_state_callback) \
  X(pa_context_unref) \
  X(pa_operation_unref) \
  X(pa_stream_connect_playback) \
  X(pa_stream_connect_record) \
  X(pa_stream_disconnect) \
  X(pa_stream_drop) \
  X(pa_stream_get_context) \
  X(pa_stream_get_state) \
  X(pa_stream_get_timing_info) \
  X(pa_stream_new) \
  X(pa_stream_peek) \
  X(pa_stream_set_buffer_attr) \
  X(pa_stream_set_latency_update_callback) \
  X(pa_stream_set_read_callback) \
  X(pa_stream_set_state_callback) \
  X(pa_stream_set_underflow_callback) \
  X(pa_stream_set_write_callback) \
  X(pa_stream_unref) \
  X(pa_stream_write)

typedef struct {
#define SHIM_PULSE_FIELD(name) __typeof__(name) *name;
  SHIM_PULSE_FUNCTIONS(SHIM_PULSE_FIELD)
#undef SHIM_PULSE_FIELD
} ShimPulse;

/// Loads the library, for as long as the program runs; whether all of it is there.
static inline int shim_pulse_load(ShimPulse *pulse) {
  void *library = dlopen("libpulse.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return 0;
#define SHIM_PULSE_FIND(name) \
  pulse->name = (__typeof__(name) *)dlsym(library, #name); \
  if (!pulse->name) return 0;
  SHIM_PULSE_FUNCTIONS(SHIM_PULSE_FIND)
#undef SHIM_PULSE_FIND
  return 1;
}
