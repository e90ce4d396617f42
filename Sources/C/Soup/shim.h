// What Swift cannot import of Soup itself: macros and variadic functions.
#pragma once
#include <libsoup/soup.h>

/// A server that leaves the paths of requests as they were sent.
static inline SoupServer *shim_soup_server_new(void) {
  return soup_server_new("raw-paths", TRUE, NULL);
}

/// A session that waits without a time limit of its own and keeps no secrets between requests.
static inline SoupSession *shim_soup_session_new(const char *user_agent, int most_connections) {
  SoupSession *session = soup_session_new_with_options(
      "user-agent", user_agent, "timeout", 0, "max-conns", most_connections, "max-conns-per-host",
      most_connections, NULL);
  soup_session_remove_feature_by_type(session, SOUP_TYPE_AUTH_MANAGER);
  soup_session_remove_feature_by_type(session, SOUP_TYPE_CONTENT_DECODER);
  return session;
}

static inline GUriFlags shim_soup_uri_flags(void) { return SOUP_HTTP_URI_FLAGS; }
