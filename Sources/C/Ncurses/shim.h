// ncurses with wide characters; its pkg-config flags are refused by the package manager.
#pragma once
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <term.h>

// What Swift cannot import: variables of the library, masks built by macros, casts.

/// How many columns the C library counts for a character; ncurses counts alike.
extern int wcwidth(wchar_t character);
static inline int shim_columns(unsigned int scalar) { return wcwidth((wchar_t)scalar); }

static inline WINDOW *shim_screen_window(void) { return stdscr; }
static inline int shim_colour_count(void) { return has_colors() ? COLORS : 0; }
static inline attr_t shim_bold(void) { return A_BOLD; }
static inline attr_t shim_dim(void) { return A_DIM; }
static inline attr_t shim_reverse(void) { return A_REVERSE; }
static inline attr_t shim_underline(void) { return A_UNDERLINE; }

/// Sets attributes and a colour pair beyond the range of a `short`.
static inline void shim_set_style(WINDOW *window, attr_t attributes, int pair) {
  wattr_set(window, attributes, 0, &pair);
}

/// A string capability of the terminal, or NULL.
static inline const char *shim_capability(const char *name) {
  char *value = tigetstr(name);
  return value == (char *)-1 ? NULL : value;
}

/// Presses of the first button and the wheel, or nothing. A press and its release that arrive together
/// are a click.
#define SHIM_PRESS (BUTTON1_PRESSED | BUTTON1_CLICKED)
#define SHIM_DOUBLE (BUTTON1_DOUBLE_CLICKED | BUTTON1_TRIPLE_CLICKED)
static inline void shim_watch_mouse(int is_on) {
  mousemask(is_on ? SHIM_PRESS | SHIM_DOUBLE | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
  mouseinterval(0);
}

/// The next mouse event: 1 press, 2 double press, 3 wheel up, 4 wheel down, 0 none of these.
static inline int shim_mouse_event(int *row, int *column) {
  MEVENT event;
  if (getmouse(&event) != OK) return 0;
  *row = event.y;
  *column = event.x;
  if (event.bstate & SHIM_DOUBLE) return 2;
  if (event.bstate & SHIM_PRESS) return 1;
  if (event.bstate & BUTTON4_PRESSED) return 3;
  if (event.bstate & BUTTON5_PRESSED) return 4;
  return 0;
}
