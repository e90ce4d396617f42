// What Swift cannot import of SQLite itself: macros and variadic functions.
#pragma once
#include <sqlite3.h>
