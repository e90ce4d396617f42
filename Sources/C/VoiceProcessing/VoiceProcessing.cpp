#include "CVoiceProcessing.h"

#include "EchoStages.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>

// As pkg-config would define them; the package manager passes on no definitions from there.
#define WEBRTC_POSIX
#define WEBRTC_AUDIO_PROCESSING_ONLY_BUILD
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc/modules/interface/module_common_types.h>

namespace {

constexpr int sample_rate = 48000;
/// What the library's own bounds allow.
constexpr int longest_delay = 500;

void prepare(webrtc::AudioFrame &frame) {
  frame.sample_rate_hz_ = sample_rate;
  frame.samples_per_channel_ = voice_processing_block_samples;
  frame.num_channels_ = 1;
}

/// A Butterworth high-pass of second order at 60 Hz, in the transposed direct form II.
class HighPass {
 public:
  void filter(int16_t *samples, int count) {
    if (first == 0 && second == 0 && is_nothing(samples, count)) return;
    for (int index = 0; index < count; ++index) {
      const double in = samples[index];
      const double out = b0 * in + first;
      first = second - 2 * b0 * in - a1 * out;
      second = b0 * in - a2 * out;
      samples[index] = static_cast<int16_t>(std::lrint(std::max(-32768.0, std::min(out, 32767.0))));
    }
    // Numbers that shrink forever become slow to calculate with.
    if (std::fabs(first) < 1e-9) first = 0;
    if (std::fabs(second) < 1e-9) second = 0;
  }

 private:
  // What a muted microphone gives stays as it is.
  static bool is_nothing(const int16_t *samples, int count) {
    return std::all_of(samples, samples + count, [](int16_t sample) { return sample == 0; });
  }

  static constexpr double b0 = 0.994461788958;
  static constexpr double a1 = -1.988892905900;
  static constexpr double a2 = 0.988954249933;
  double first = 0;
  double second = 0;
};

}  // namespace

struct voice_processing {
  std::unique_ptr<webrtc::AudioProcessing> library;
  // Frames of the library are large, so they are made once.
  webrtc::AudioFrame far;
  webrtc::AudioFrame near;
  HighPass high_pass;
  bool cancels_echo;
  EchoStages stages;
};

voice_processing *voice_processing_create(voice_processing_parts parts) {
  webrtc::Config config;
  // A filter of 48 ms at the delay that the devices tell, which `FilterStep` counts on. The extended one of
  // 128 ms costs a third more and finds its way back slowly when the delay has changed.
  config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(false));
  config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(false));
  // It would turn the knobs of a sound card.
  config.Set<webrtc::ExperimentalAgc>(new webrtc::ExperimentalAgc(false));

  std::unique_ptr<voice_processing> made(new (std::nothrow) voice_processing);
  if (!made) return nullptr;
  made->library.reset(webrtc::AudioProcessing::Create(config));
  if (!made->library) return nullptr;
  made->cancels_echo = parts.cancels_echo;
  prepare(made->far);
  prepare(made->near);

  webrtc::AudioProcessing &library = *made->library;
  int code = 0;
  if (parts.cancels_echo) {
    code |= library.echo_cancellation()->set_suppression_level(
        webrtc::EchoCancellation::kLowSuppression);
    code |= library.echo_cancellation()->Enable(true);
  }
  if (parts.suppresses_noise) {
    code |= library.noise_suppression()->set_level(webrtc::NoiseSuppression::kLow);
    code |= library.noise_suppression()->Enable(true);
  }
  return code == 0 ? made.release() : nullptr;
}

void voice_processing_destroy(voice_processing *processing) { delete processing; }

void voice_processing_high_pass(voice_processing *processing, int16_t *samples, int count) {
  processing->high_pass.filter(samples, count);
}

void voice_processing_suppress_strongly(voice_processing *processing, bool is_strong) {
  processing->library->noise_suppression()->set_level(
      is_strong ? webrtc::NoiseSuppression::kModerate : webrtc::NoiseSuppression::kLow);
}

int voice_processing_hear(voice_processing *processing, const int16_t *block) {
  std::memcpy(processing->far.data_, block, sizeof(int16_t) * voice_processing_block_samples);
  return processing->library->AnalyzeReverseStream(&processing->far);
}

int voice_processing_clean(voice_processing *processing, int16_t *block, int delay_milliseconds) {
  std::memcpy(processing->near.data_, block, sizeof(int16_t) * voice_processing_block_samples);
  const int delay = std::max(0, std::min(delay_milliseconds, longest_delay));
  int code = processing->library->set_stream_delay_ms(delay);
  // A warning that the delay was out of bounds is none: it has been brought within.
  if (code == webrtc::AudioProcessing::kBadStreamParameterWarning) code = 0;
  if (code == 0) {
    processing->stages.step.tell(static_cast<float>(delay));
    const EchoStages::Use use(processing->cancels_echo ? &processing->stages : nullptr);
    code = processing->library->ProcessStream(&processing->near);
  }
  if (code == 0) {
    std::memcpy(block, processing->near.data_, sizeof(int16_t) * voice_processing_block_samples);
  }
  return code;
}
