// What the echo canceller's two added stages have in common.
#pragma once

#include <algorithm>

/// The library cancels echoes below 8 kHz, in blocks of 4 ms, in as many bands of 125 Hz.
constexpr int echo_bands = 65;

inline float within(float low, float value, float high) {
  return std::max(low, std::min(value, high));
}
