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

/// A source that calls back when one of its descriptors is ready, when its time has come, or when it
/// is said to be due. Its fields are changed on the loop's own thread, and need no wake-up therefore.
typedef struct {
  GSource source;
  /// Microseconds of the monotonic clock; negative for never.
  gint64 time;
  gboolean is_due;
  void (*callback)(void *data);
  void *data;
} ShimPoll;

static inline gboolean shim_poll_prepare(GSource *source, gint *timeout) {
  ShimPoll *poll = (ShimPoll *)source;
  *timeout = -1;
  if (!poll->is_due && poll->time < 0) return FALSE;
  gint64 rest = poll->is_due ? 0 : poll->time - g_source_get_time(source);
  *timeout = rest <= 0 ? 0 : (gint)MIN((rest + 999) / 1000, G_MAXINT);
  return rest <= 0;
}

static inline gboolean shim_poll_check(GSource *source) {
  ShimPoll *poll = (ShimPoll *)source;
  for (GSList *next = source->poll_fds; next; next = next->next)
    if (((GPollFD *)next->data)->revents) return TRUE;
  return poll->is_due || (poll->time >= 0 && poll->time <= g_source_get_time(source));
}

static inline gboolean shim_poll_dispatch(GSource *source, GSourceFunc unused, gpointer ignored) {
  ((ShimPoll *)source)->callback(((ShimPoll *)source)->data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs shim_poll_functions = {
    shim_poll_prepare, shim_poll_check, shim_poll_dispatch, NULL, NULL, NULL};

static inline ShimPoll *shim_poll_new(void (*callback)(void *data), void *data) {
  ShimPoll *poll = (ShimPoll *)g_source_new(&shim_poll_functions, sizeof(ShimPoll));
  poll->time = -1;
  poll->callback = callback;
  poll->data = data;
  // See DescriptorWatch: no handler runs its loop.
  g_source_set_can_recurse(&poll->source, TRUE);
  return poll;
}

/// Looks at a source's descriptors without waiting, at so many at most; whether any is ready.
static inline gboolean shim_poll_look(GSource *source) {
  GPollFD polled[16];
  guint count = 0;
  GSList *first = source->poll_fds;
  for (GSList *next = first; next && count < G_N_ELEMENTS(polled); next = next->next)
    polled[count++] = *(GPollFD *)next->data;
  if (g_poll(polled, count, 0) <= 0) return FALSE;
  for (guint index = 0; index < count; index++, first = first->next)
    ((GPollFD *)first->data)->revents = polled[index].revents;
  return TRUE;
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
