// What Swift cannot import of SndFile itself: macros and variadic functions.
#pragma once
// The C library's types must look the same here as in CLinux.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <sndfile.h>
