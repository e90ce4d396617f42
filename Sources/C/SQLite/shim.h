// What Swift cannot import of SQLite itself: macros and variadic functions.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1  // As everywhere: the compiler compares what modules share.
#endif
#include <sqlite3.h>
