// How far the echo canceller's filter moves with each block.
#pragma once

#include <cmath>

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

  /// Takes in what devices tell of their delay, in milliseconds, each 10 ms: when that changes, the echo
  /// soon comes at another place of the filter.
  void tell(float delay) {
    if (usual_delay < 0) usual_delay = delay;
    usual_delay += 0.01f * (delay - usual_delay);
    is_delay_new = std::fabs(delay - usual_delay) > leap;
  }

  /// Takes in the echo that the filter expects.
  void expect(const float (*echo)[echo_bands]) {
    for (int part = 0; part < 2; ++part) std::copy(echo[part], echo[part] + echo_bands, now[part]);
    float all = 0;
    for (int band = 0; band < echo_bands; ++band) {
      const float heard = power(echo, band);
      expected[band] += slowly * (heard - expected[band]);
      all += heard;
    }
    // A block is half of the transform's window.
    whole += quickly * (all / 2 - whole);
  }

  /// Whether the filter is wrong, 0–1, or has been of late: it expects an echo that is not there, or will,
  /// since the delay changes.
  float error() const { return doubt; }

  /// Takes in the power of what is played in one block, in each band.
  void play(const float *powers) {
    float *oldest = played[position];
    position = (position + 1) % partitions;
    std::copy(powers, powers + echo_bands, oldest);
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
    compare(left);
    for (int band = 0; band < echo_bands; ++band) {
      const float heard = power(left, band);
      remaining[band] += soon * (heard - remaining[band]);
      const float other = other_share * std::max(heard, remaining[band]) + 1;
      const float gain = within(least_gain, expected[band] / (mean[band] + 1e3f), 1);
      // A filter that expects an echo at a wrong time is wrong twice: by that echo, and by the true one.
      const float is = std::max(uncertainty[band], doubt * 2 * gain);
      const float step = sum[band] > unheard ? is / (is * sum[band] + other) : 0;
      const float less = 0.5f * step * sum[band] * is;
      uncertainty[band] =
          within(0, is + (change * gain - less) / partitions, most_uncertainty);
      left[0][band] *= step;
      left[1][band] *= step;
    }
  }

 private:
  /// What is left has nothing in common with what a right filter expects, whoever speaks in the room; of
  /// what a wrong one expects it holds the opposite. Chance makes them alike where the echo is far softer
  /// than what is left.
  void compare(const float (*left)[echo_bands]) {
    float likeness = 0;
    float all = 0;
    for (int band = 0; band < echo_bands; ++band) {
      likeness += left[0][band] * now[0][band] + left[1][band] * now[1][band];
      all += power(left, band);
    }
    common += quickly * (likeness - common);
    rest += quickly * (all - rest);
    const float missing = -common / (whole + least_echo * rest + 1);
    const float error =
        is_delay_new ? 1 : within(0, (missing - least_missing) / (sure_missing - least_missing), 1);
    // Until the filter has learned.
    doubt = std::max(error, release * doubt);
  }

  // Of one partition: by how much the filter may be wrong, as a power gain.
  float uncertainty[echo_bands];
  float played[partitions][echo_bands] = {};
  int position = 0;
  /// Of what is played, in all of the filter, and its mean over 0.2 s.
  float sum[echo_bands] = {};
  float mean[echo_bands] = {};
  float expected[echo_bands] = {};
  float remaining[echo_bands] = {};
  /// The echo that the filter expects in this block.
  float now[2][echo_bands] = {};
  // In all bands, over 0.1 s: its power, that of what is left, and what they have in common.
  float whole = 0;
  float rest = 0;
  float common = 0;
  float doubt = 0;
  /// In milliseconds; negative before anything is told.
  float usual_delay = -1;
  bool is_delay_new = false;

  static constexpr float most_uncertainty = 0.1f;
  /// What a room may change by within a block, as a share of its own gain.
  static constexpr float change = 0.05f;
  /// Of a room in which nothing has been heard yet.
  static constexpr float least_gain = 0.003f;
  /// Of what is left: some of it is the filter's own error.
  static constexpr float other_share = 0.5f;
  static constexpr float unheard = 100.0f * partitions;
  // Shares of the echo that the filter expects.
  static constexpr float least_missing = 0.4f;
  static constexpr float sure_missing = 0.7f;
  /// 13 dB below what is left.
  static constexpr float least_echo = 0.05f;
  /// In milliseconds: more than what devices tell varies by, and what one frame's blocks differ by.
  static constexpr float leap = 10;
  /// Half in 0.18 s.
  static constexpr float release = 0.985f;
  static constexpr float slowly = 0.02f;
  static constexpr float quickly = 0.04f;
  static constexpr float soon = 0.3f;
};
