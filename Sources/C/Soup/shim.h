// What Swift cannot import of Soup itself: macros and variadic functions.
#pragma once
#include <libsoup/soup.h>

/// A server that leaves the paths of requests as they were sent.
static inline SoupServer *shim_soup_server_new(void) {
  return soup_server_new("raw-paths", TRUE, NULL);
}
