// webrtc-audio-processing 0.3 as far as the phone needs it, in C.
//
// Blocks are of 480 samples: 10 ms at 48 kHz, one channel. Used on one thread.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct voice_processing voice_processing;

/// Which parts of the library work.
typedef struct voice_processing_parts {
  bool cancels_echo;
  bool suppresses_noise;
} voice_processing_parts;

enum { voice_processing_block_samples = 480 };

/// NULL when the library refuses.
voice_processing *voice_processing_create(voice_processing_parts parts);
void voice_processing_destroy(voice_processing *processing);

/// Takes out what is below any voice, in place: rumble, and a constant offset. It delays nothing, and is
/// no part of the library, whose own filter bends voices.
void voice_processing_high_pass(voice_processing *processing, int16_t *samples, int count);

/// Whether noise is to be made 10 dB softer, or 6 dB, which harms a voice less.
void voice_processing_suppress_strongly(voice_processing *processing, bool is_strong);

/// Takes in what goes to the loudspeaker. Returns 0, or the library's code, which is negative.
int voice_processing_hear(voice_processing *processing, const int16_t *block);

/// Cleans what comes from the microphone, in place; it comes out later by the library's own delay.
///
/// `delay_milliseconds`: from `voice_processing_hear` until a block comes back here as an echo, without the
/// way through the room. Returns 0, or the library's code, which is negative; the block is then as it was.
int voice_processing_clean(voice_processing *processing, int16_t *block, int delay_milliseconds);

#ifdef __cplusplus
}
#endif
