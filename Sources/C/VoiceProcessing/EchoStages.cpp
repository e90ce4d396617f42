#include "EchoStages.h"

#include <cstring>
#include <mutex>

// As the library declares them in its aec_core_internal.h.
struct AecCore;
typedef float Spectrum[echo_bands];
extern "C" {
/// Adds the echo that the filter expects to a spectrum of zeros.
extern void (*WebRtcAec_FilterFar)(AecCore *, Spectrum *echo);
/// Turns the spectrum of what the filter leaves into its step.
extern void (*WebRtcAec_ScaleErrorSignal)(AecCore *, Spectrum *left);
/// Compares what is left, what is played and what the microphone hears.
extern void (*WebRtcAec_SubbandCoherence)(
    AecCore *, Spectrum *left, Spectrum *far, float *transform, float *near_left, float *far_near);
/// Applies gains to what is left, and turns the sign of its imaginary part.
extern void (*WebRtcAec_OverdriveAndSuppress)(AecCore *, float *gains, float feedback, Spectrum *left);
}

namespace {

thread_local EchoStages *current = nullptr;

/// The library's own stages.
struct {
  decltype(WebRtcAec_FilterFar) filter;
  decltype(WebRtcAec_ScaleErrorSignal) scale;
  decltype(WebRtcAec_SubbandCoherence) compare;
  decltype(WebRtcAec_OverdriveAndSuppress) suppress;
} own;
std::once_flag known;

void filter(AecCore *canceller, Spectrum *echo) {
  own.filter(canceller, echo);
  if (!current) return;
  current->step.expect(echo);
  current->speech.expect(echo);
}

/// The library's step of a filter of 12 partitions at 16 kHz.
constexpr float own_step = 0.5f;

void scale(AecCore *canceller, Spectrum *left) {
  if (!current) return own.scale(canceller, left);
  // The library divides by the power of what is played, which it tells in no other way. So small a number
  // stays below its bound of steps.
  constexpr float probe = 1e-7f;
  Spectrum probes[2] = {};
  std::fill(probes[0], probes[0] + echo_bands, probe);
  own.scale(canceller, probes);
  float power[echo_bands];
  for (int band = 0; band < echo_bands; ++band) {
    power[band] = own_step * probe / std::max(probes[0][band], 1e-30f);
  }
  current->play(power);
  current->step.scale(left);
}

void compare(
    AecCore *canceller, Spectrum *left, Spectrum *far, float *transform, float *near_left,
    float *far_near) {
  own.compare(canceller, left, far, transform, near_left, far_near);
  if (current) current->speech.compare(far_near);
}

void suppress(AecCore *canceller, float *gains, float feedback, Spectrum *left) {
  if (!current) return own.suppress(canceller, gains, feedback, left);
  Spectrum before[2];
  std::memcpy(before, left, sizeof before);
  own.suppress(canceller, gains, feedback, left);
  current->speech.open(gains, before, current->step.error());
  for (int band = 0; band < echo_bands; ++band) {
    left[0][band] = gains[band] * before[0][band];
    left[1][band] = -gains[band] * before[1][band];
  }
}

}  // namespace

void EchoStages::play(const float *smoothed) {
  float power[echo_bands];
  for (int band = 0; band < echo_bands; ++band) {
    // 0.9 and 0.1, of the power times the count of partitions.
    const float now = smoothed[band] - 0.9f * last_smoothed[band];
    power[band] = std::max(0.0f, now * 10 / FilterStep::partitions);
    last_smoothed[band] = smoothed[band];
  }
  step.play(power);
}

EchoStages::Use::Use(EchoStages *stages) {
  current = stages;
  // Before the first canceller is made, the library has not set its stages, and there are none to keep.
  if (!stages) return;
  std::call_once(known, [] {
    own = {
        WebRtcAec_FilterFar, WebRtcAec_ScaleErrorSignal, WebRtcAec_SubbandCoherence,
        WebRtcAec_OverdriveAndSuppress};
  });
  // Each canceller that is made sets them anew. One that works on another thread meanwhile goes the
  // library's way for a block.
  if (WebRtcAec_FilterFar != filter) WebRtcAec_FilterFar = filter;
  if (WebRtcAec_ScaleErrorSignal != scale) WebRtcAec_ScaleErrorSignal = scale;
  if (WebRtcAec_SubbandCoherence != compare) WebRtcAec_SubbandCoherence = compare;
  if (WebRtcAec_OverdriveAndSuppress != suppress) WebRtcAec_OverdriveAndSuppress = suppress;
}

EchoStages::Use::~Use() { current = nullptr; }
