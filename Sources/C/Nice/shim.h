// What Swift cannot import of Nice itself: macros and variadic functions.
#pragma once
#include <nice.h>

/// UDP, and TCP if wanted, nothing asked of routers, and keepalives that the peer must answer.
///
/// By itself the library asks a server, or a peer, three times within 2 s (once over TCP, names and TLS
/// included) and then gives it up for good: too soon for a bad path. Here five times within 9.5 s, and
/// so much less time passes after the last check until a call without a path is given up.
///
/// That the peer still consents (RFC 7675) is an option at the agent's making.
static inline void shim_nice_agent_configure(
    NiceAgent *agent, gboolean is_controlling, gboolean uses_tcp) {
  g_object_set(
      agent, "controlling-mode", is_controlling, "ice-tcp", uses_tcp, "keepalive-conncheck", TRUE,
      "stun-max-retransmissions", 5u, "stun-reliable-timeout", 9500u, "idle-timeout", 1000u, NULL);
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(agent), "upnp") != NULL)
    g_object_set(agent, "upnp", FALSE, NULL);
}

static inline void shim_nice_agent_set_stun_server(
    NiceAgent *agent, const char *address, unsigned port) {
  g_object_set(agent, "stun-server", address, "stun-server-port", port, NULL);
}
