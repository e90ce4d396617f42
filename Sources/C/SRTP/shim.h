// What Swift cannot import of SRTP itself: macros and variadic functions.
#pragma once
#include <srtp2/srtp.h>
