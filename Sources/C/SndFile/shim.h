// What Swift cannot import of SndFile itself: macros and variadic functions.
#pragma once
#include <sndfile.h>
