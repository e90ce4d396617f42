// What Swift cannot import of ALSA itself: macros and variadic functions.
#pragma once
#include <alsa/asoundlib.h>
