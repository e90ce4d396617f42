// What Swift cannot import of GLib itself: macros, variadic functions, and one small event source.
#pragma once
#include <sys/prctl.h>
#include <gio/gio.h>
#include <glib-object.h>
#include <glib-unix.h>
#include <glib.h>

/// A source that calls back once each time its ready time has come: a timer, and with ready time 0 a
/// wake-up that any thread may ask for.
typedef struct {
  GSource source;
  void (*callback)(void *data);
  void *data;
} ShimAlarm;

static inline gboolean shim_alarm_dispatch(GSource *source, GSourceFunc unused, gpointer ignored) {
  ShimAlarm *alarm = (ShimAlarm *)source;
  // Disarmed first, so that the callback and other threads can arm it again.
  g_source_set_ready_time(source, -1);
  alarm->callback(alarm->data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs shim_alarm_functions = {NULL, NULL, shim_alarm_dispatch, NULL, NULL, NULL};

static inline GSource *shim_alarm_new(void (*callback)(void *data), void *data) {
  GSource *source = g_source_new(&shim_alarm_functions, sizeof(ShimAlarm));
  ((ShimAlarm *)source)->callback = callback;
  ((ShimAlarm *)source)->data = data;
  return source;
}

static inline void shim_object_set_boolean(void *object, const char *name, gboolean value) {
  g_object_set(object, name, value, NULL);
}

static inline void shim_object_set_int(void *object, const char *name, int value) {
  g_object_set(object, name, value, NULL);
}

static inline void shim_object_set_uint(void *object, const char *name, unsigned value) {
  g_object_set(object, name, value, NULL);
}

static inline void shim_object_set_string(void *object, const char *name, const char *value) {
  g_object_set(object, name, value, NULL);
}

static inline void shim_object_set_object(void *object, const char *name, void *value) {
  g_object_set(object, name, value, NULL);
}

static inline void shim_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
