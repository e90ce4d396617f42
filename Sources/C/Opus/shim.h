// What Swift cannot import of Opus itself: macros and variadic functions.
#pragma once
#include <opus.h>

static inline int shim_opus_encoder_set(OpusEncoder *encoder, int request, opus_int32 value) {
  return opus_encoder_ctl(encoder, request, value);
}
