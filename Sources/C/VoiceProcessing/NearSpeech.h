// Whether somebody speaks in the room while an echo comes back, and what of the sound may be heard then.
#pragma once

#include <cmath>

#include "EchoBands.h"

/// Tells a voice in the room from what the filter leaves of an echo.
///
/// Two things must speak for it: in the mean of the bands of speech there is more left than usually is of
/// such an echo, and the microphone's sound is less like what is played than an echo alone is. The first
/// alone would also hold when the room has changed, the second in a room that rings. While somebody
/// speaks, each band has the gain that what is left of the echo asks for, and no less.
class NearSpeech {
 public:
  NearSpeech() {
    std::fill(share, share + echo_bands, 1.0f);
    std::fill(gain, gain + echo_bands, 1.0f);
  }

  /// Takes in the echo that the filter expects in this block.
  void expect(const float (*expected)[echo_bands]) {
    float whole = 0;
    for (int band = 0; band < echo_bands; ++band) {
      const float heard = power(expected, band);
      // A window of what is left spans two blocks.
      const float now = std::max(heard, before[band]);
      before[band] = heard;
      echo[band] = std::max(now, ring * echo[band]);
      whole += echo[band];
    }
    is_played = whole > echo_bands * 1e5f;
  }

  /// Takes in how like the microphone's sound is to what is played: the coherence in each band, 0–1.
  void compare(const float *coherence) {
    float sum = 0;
    for (int band = first; band <= last; ++band) sum += coherence[band];
    unlikeness = 1 - sum / count;
  }

  /// Opens gains for a voice.
  ///
  /// - gains: those of the library, which cancel whatever may be an echo.
  /// - left: the spectrum of what the filter leaves.
  /// - error: whether the filter is wrong, 0–1: what it leaves then tells nothing of a voice.
  void open(float *gains, const float (*left)[echo_bands], float error) {
    float heard[echo_bands], excess[echo_bands];
    for (int band = 0; band < echo_bands; ++band) heard[band] = power(left, band);
    hear_noise(heard);
    float mean = 0;
    for (int band = 0; band < echo_bands; ++band) {
      const float usual = share[band] * echo[band] + noise[band];
      excess[band] = std::log((heard[band] + 100) / (usual + 100));
      if (band >= first && band <= last) mean += within(-2, excess[band], 6);
    }
    mean /= count;
    const float by_power = within(0, (mean - least_excess) / (sure_excess - least_excess), 1);
    const float by_kind = within(0, (unlikeness - usual_unlikeness) / sure_unlikeness, 1);
    const float now = by_power * by_kind;
    voice = now > voice ? voice + attack * (now - voice) : std::max(now, voice * release);
    voice = std::min(voice, 1 - error);
    if (is_played && mean < least_excess) {
      usual_unlikeness += 0.01f * (unlikeness - usual_unlikeness);
    }
    learn(excess, by_power > 0 ? std::min(std::max(by_kind, voice), 1 - error) : voice);
    for (int band = 0; band < echo_bands; ++band) {
      const float rest = 1.5f * share[band] * echo[band] / (heard[band] + 1);
      const float wanted = std::sqrt(std::max(1 - rest, least_gain * least_gain));
      gain[band] += (wanted > gain[band] ? 0.7f : 0.4f) * (wanted - gain[band]);
      gains[band] += voice * std::max(gain[band] - gains[band], 0.0f);
    }
  }

 private:
  /// Noise is what is never undercut for long.
  void hear_noise(const float *heard) {
    const bool is_new = blocks < 50;
    if (is_new) ++blocks;
    for (int band = 0; band < echo_bands; ++band) {
      recent[band] += 0.1f * (heard[band] - recent[band]);
      if (is_new) {
        noise[band] = recent[band];
      } else if (recent[band] < noise[band]) {
        noise[band] += 0.1f * (recent[band] - noise[band]);
      } else {
        // 0.5 dB a second.
        noise[band] *= 1.0005f;
      }
    }
  }

  /// Learns what the filter usually leaves of an echo: less at once, more while nobody speaks.
  void learn(const float *excess, float voice) {
    for (int band = 0; band < echo_bands; ++band) {
      if (echo[band] <= 1e4f) continue;
      const float speed = excess[band] < 0 ? learning : learning * (1 - voice);
      const float change = 1 + speed * within(-1.5f, excess[band], 1.5f);
      share[band] = within(1e-4f, share[band] * change, 30);
    }
  }

  /// The power of the echo that the filter expects, as long as rooms let it ring.
  float echo[echo_bands] = {};
  float before[echo_bands] = {};
  bool is_played = false;
  /// What share of it is left.
  float share[echo_bands];
  float recent[echo_bands] = {};
  float noise[echo_bands] = {};
  int blocks = 0;
  float unlikeness = 1;
  /// Of an echo alone.
  float usual_unlikeness = 0.7f;
  /// Whether somebody speaks, 0–1.
  float voice = 0;
  float gain[echo_bands];

  // The bands of speech: 0.5 to 5 kHz.
  static constexpr int first = 4;
  static constexpr int last = 40;
  static constexpr float count = last - first + 1;
  /// 60 dB in 0.33 s.
  static constexpr float ring = 0.93f;
  // Natural logarithms of powers: 4.3 and 11.3 dB.
  static constexpr float least_excess = 1.0f;
  static constexpr float sure_excess = 2.6f;
  static constexpr float sure_unlikeness = 0.06f;
  static constexpr float attack = 0.6f;
  static constexpr float release = 0.85f;
  static constexpr float learning = 0.05f;
  static constexpr float least_gain = 0.03f;
};
