// What the echo canceller's two added stages have in common.
#pragma once

#include <algorithm>

/// The library cancels echoes below 8 kHz, in blocks of 4 ms, in as many bands of 125 Hz.
constexpr int echo_bands = 65;

/// The power of a spectrum's band. A spectrum is real parts in all bands, then imaginary parts; samples are
/// as large as 16 bits hold.
inline float power(const float (*spectrum)[echo_bands], int band) {
  return spectrum[0][band] * spectrum[0][band] + spectrum[1][band] * spectrum[1][band];
}

inline float within(float low, float value, float high) {
  return std::max(low, std::min(value, high));
}
