// What Swift cannot import of Soup itself: macros and variadic functions.
#pragma once
#include <libsoup/soup.h>
