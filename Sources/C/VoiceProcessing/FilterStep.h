// How far the echo canceller's filter moves with each block.
#pragma once

#include "EchoBands.h"

/// The step of a Kalman filter in each band, after Enzner and Vary, "Frequency-domain adaptive Kalman
/// filter for acoustic echo control in hands-free telephones" (2006), with one state for all of the
/// filter's partitions.
///
/// It weighs what the filter may still be wrong by against all that is left of the microphone's sound.
/// A voice in the room so holds the filter where it is, and it goes on where it was when the voice ends;
/// the library's own step is the same then, and leads the filter astray.
class FilterStep {
 public:
  /// Partitions of a block each: 48 ms.
  static constexpr int partitions = 12;

  FilterStep() {
    for (float &band : uncertainty) band = most_uncertainty;
  }

  /// Takes in the power of the echo that the filter expects.
  void expect(const float *echo) {
    for (int band = 0; band < echo_bands; ++band) {
      expected[band] += slowly * (echo[band] - expected[band]);
    }
  }

  /// Takes in the power of what is played, of one block.
  void play(const float *power) {
    float *oldest = played[position];
    position = (position + 1) % partitions;
    std::copy(power, power + echo_bands, oldest);
    std::fill(sum, sum + echo_bands, 0.0f);
    // Added up anew each time, so that no error remains.
    for (const auto &block : played) {
      for (int band = 0; band < echo_bands; ++band) sum[band] += block[band];
    }
    for (int band = 0; band < echo_bands; ++band) {
      mean[band] += slowly * (sum[band] - mean[band]);
    }
  }

  /// Turns the spectrum of what is left into the filter's step.
  void scale(float (*left)[echo_bands]) {
    for (int band = 0; band < echo_bands; ++band) {
      const float power = left[0][band] * left[0][band] + left[1][band] * left[1][band];
      remaining[band] += soon * (power - remaining[band]);
      const float other = other_share * std::max(power, remaining[band]) + 1;
      const float is = uncertainty[band];
      const float step = sum[band] > unheard ? is / (is * sum[band] + other) : 0;
      const float gain = within(least_gain, expected[band] / (mean[band] + 1e3f), 1);
      const float less = 0.5f * step * sum[band] * is;
      uncertainty[band] =
          within(0, is + (change * gain - less) / partitions, most_uncertainty);
      left[0][band] *= step;
      left[1][band] *= step;
    }
  }

 private:
  // Of one partition: by how much the filter may be wrong, as a power gain.
  float uncertainty[echo_bands];
  float played[partitions][echo_bands] = {};
  int position = 0;
  /// Of what is played, in all of the filter, and its mean over 0.2 s.
  float sum[echo_bands] = {};
  float mean[echo_bands] = {};
  float expected[echo_bands] = {};
  float remaining[echo_bands] = {};

  static constexpr float most_uncertainty = 0.1f;
  /// What a room may change by within a block, as a share of its own gain.
  static constexpr float change = 0.05f;
  /// Of a room in which nothing has been heard yet.
  static constexpr float least_gain = 0.003f;
  /// Of what is left: some of it is the filter's own error.
  static constexpr float other_share = 0.5f;
  static constexpr float unheard = 100.0f * partitions;
  static constexpr float slowly = 0.02f;
  static constexpr float soon = 0.3f;
};
