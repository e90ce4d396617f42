// What Swift cannot import of Nice itself: macros and variadic functions.
#pragma once
#include <agent.h>
