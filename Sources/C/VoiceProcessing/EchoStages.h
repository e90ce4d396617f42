// Two stages of the library's echo canceller, replaced.
#pragma once

#include "FilterStep.h"
#include "NearSpeech.h"

/// What one echo canceller does otherwise than the library by itself: how its filter learns, and what is
/// heard of a voice in the room while something is played.
///
/// The library's own suppressor takes 4 dB of such a voice, and a fifth of its syllables whole. It calls
/// its stages through function pointers, which it sets to the processor's best when a canceller is made,
/// and these are exported; so stages can be replaced without a copy of the library. The last version with
/// this interface is 0.3, so they will not change.
class EchoStages {
 public:
  /// While this object lives, cancellers on this thread work with these stages.
  class Use {
   public:
    /// Null where there is no canceller. One must have been made before stages are used.
    explicit Use(EchoStages *stages);
    ~Use();
    Use(const Use &) = delete;
    Use &operator=(const Use &) = delete;
  };

  FilterStep step;
  NearSpeech speech;
  /// What the library says of the power of what is played is smoothed; this undoes it.
  void play(const float *smoothed);

 private:
  float last_smoothed[echo_bands] = {};
};
