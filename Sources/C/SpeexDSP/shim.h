// What Swift cannot import of SpeexDSP itself: macros and variadic functions.
#pragma once
#include <speex/speex_resampler.h>
