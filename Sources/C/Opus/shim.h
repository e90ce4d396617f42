// What Swift cannot import of Opus itself: macros and variadic functions.
#pragma once
#include <opus.h>
