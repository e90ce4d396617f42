import Cells

/// What the situations look like at 80×24.
enum Screens80x24 {
  static let all: [Shot] = [
    Shot(
      "idle", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                              1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ No call.
       ● Parrot        voice bot    │
       ● Operator      calls you    │ Enter calls the selected contact, : anybody by
       # Lobby         room 2       │ name, address or number.
       ◐ Amina Okafor  away         │
       ○ Bernd         offline      │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ Delay, loss, jitter and quality of a call
       ✗ Amina Oka…  12:02   missed │ appear here.
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter call   / filter   Tab next pane   q quit   : all actions   ? help
      """#),
    Shot(
      "filter", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                              1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
       / o                   5 of 6 │ No call.
      ▸● Echo          repeats you  │
       ● Parrot        voice bot    │ Enter calls the selected contact, : anybody by
       ● Operator      calls you    │ name, address or number.
       # Lobby         room 2       │
       ◐ Amina Okafor  away         │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ Delay, loss, jitter and quality of a call
       ✗ Amina Oka…  12:02   missed │ appear here.
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter keep the filter   Esc clear   ↓ down   F1 help
      """#),
    Shot(
      "ringing", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                              1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ ◉ Amina Okafor  exchange          rings   00:07
       ● Par┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:07 ━┓
       ● Ope┃                                                                  ┃
       # Lob┃  ◉ Amina Okafor                                                  ┃
       ◐ Ami┃    amina@example.org                                             ┃
       ○ Ber┃    audio · exchange · BotServer                                  ┃
            ┃                                                                  ┃
            ┃  Wants the invoice of March sent again; the bot could not find   ┃
            ┃  it.                                                             ┃
            ┃                                                                  ┃
            ┃  Amina        Could I talk to a human, please?                   ┃
            ┃  Invoice bot  One moment, I ring somebody.                       ┃
            ┃                                                                  ┃
      ── 3 H┃  a accept   d decline   D with reason   i silence                ┃──────
       ↙ Ope┃                                                                  ┃
       ✗ Ami┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ──────────────────────────────┴─────────────────────────────────────────────────
       a accept   d decline   D with reason   i silence   : all actions   ? help
      """#),
    Shot(
      "ringingWhileTyping", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                              1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● E╭──────────────────────────────────────────────────────────────────────╮:07
       ● P│ : ami                                                                │
       ● O├──────────────────────────────────────────────────────────────────────┤in;
       # L│▸Call Amina Okafor                                               away │
       ◐ A│ Call “ami”                                                           │
       ○ B╰──────────────────────────────────────────────────────────────────────╯?
                                    │ Invoice bot  One moment, I ring somebody.
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ Delay, loss, jitter and quality of a call
       ✗ Amina Oka…  12:02   missed │ appear here.
       ↗┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:07 ━┓
       ↗┃ ◉ Amina Okafor  audio · exchange · BotServer  Wants the invoice of Marc… ┃
       ✗┃ F2 accept   F3 decline   F4 silence                                      ┃
       ✗┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      ──────────────────────────────┴─────────────────────────────────────────────────
       F2 accept   F3 decline   F4 silence   Enter take   Esc close   F1 help
      """#),
    Shot(
      "twoRinging", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                              1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call · 2 calls ──────────────────────────────
      ▸● Echo          repeats you  │ ◉ Bernd  exchange                 rings   00:02
       ● Par┏━ Incoming call 1 of 2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:07 ━┓00:07
       ● Ope┃                                                                  ┃
       # Lob┃  ◉ Amina Okafor                                                  ┃
       ◐ Ami┃    amina@example.org                                             ┃
       ○ Ber┃    audio · exchange · BotServer                                  ┃
            ┃                                                                  ┃
            ┃  Wants the invoice of March sent again; the bot could not find   ┃
            ┃  it.                                                             ┃
            ┃                                                                  ┃
            ┃  Amina        Could I talk to a human, please?                   ┃
            ┃  Invoice bot  One moment, I ring somebody.                       ┃
            ┃                                                                  ┃
      ── 3 H┃  ◉ Bernd rings 0:02                                              ┃──────
       ↙ Ope┃                                                                  ┃
       ✗ Ami┃  a accept   d decline   D with reason   i silence   ↓ next       ┃
       ↗ Ech┃                                                                  ┃
       ↗ Par┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ──────────────────────────────┴─────────────────────────────────────────────────
       a accept   d decline   D with reason   i silence   : all actions   ? help
      """#),
    Shot(
      "active", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ ● Parrot             active   00:41   listening
       ● Parrot        voice bot    │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you    │
       # Lobby         room 2       │ 00:01  Parrot  Hello, I am Parrot. Say
       ◐ Amina Okafor  away         │                anything, and I say it back.
       ○ Bernd         offline      │ 00:06  you     what is the weather like in the
                                    │                mountains today
                                    │ 00:09  Parrot  What is the weather like? I only
                                    │                re▌
                                    │
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter call   m mute   h hold   x hang up   r record   : all actions   ? help
      """#),
    Shot(
      "callPane", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ── Contacts ──────────────────┮━ Call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Tab panes ━
       ● Echo          repeats you  │ ● Parrot             active   00:41   listening
       ● Parrot        voice bot    │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂   tones 12#
       ● Operator      calls you    │
       # Lobby         room 2       │ 00:01  Parrot  Hello, I am Parrot. Say
       ◐ Amina Okafor  away         │                anything, and I say it back.
       ○ Bernd         offline      │ 00:06  you     what is the weather like in the
                                    │                mountains today
                                    │ 00:09  Parrot  What is the weather like? I only
                                    │                re▌
                                    │
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── History · 1 missed ────────┼─ Statistics ────────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       m mute   h hold   x hang up   0-9 tones   r record   : all actions   ? help
      """#),
    Shot(
      "muted", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online        1 missed    MUTED    ear ▂▁▄▅▂   12:41
      ── Contacts ──────────────────┮━ Call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Tab panes ━
       ● Echo          repeats you  │ ● Parrot             active   00:41   listening
       ● Parrot        voice bot    │  MUTED · m unmutes    ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you    │
       # Lobby         room 2       │ 00:01  Parrot  Hello, I am Parrot. Say
       ◐ Amina Okafor  away         │                anything, and I say it back.
       ○ Bernd         offline      │ 00:06  you     what is the weather like in the
                                    │                mountains today
                                    │ 00:09  Parrot  What is the weather like? I only
                                    │                re▌
                                    │
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── History · 1 missed ────────┼─ Statistics ────────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ! They cannot hear you: muted. m unmutes.
      ──────────────────────────────┴─────────────────────────────────────────────────
       m unmute   h hold   x hang up   0-9 tones   r record   : all actions   ? help
      """#),
    Shot(
      "heldAndWaiting", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ── 1 Contacts ────────────────┮━ 2 Call · 3 calls ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
       ● Echo          repeats you  │ ● Parrot             active   00:41   listening
       ● Parrot        voice bot    │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you    │▸‖ Amina Okafor  exchange           held   00:41
       # Lobby         room 2       │ ◉ Bernd  exchange                 rings   00:24
       ◐ Amina Okafor  away         │
       ○ Bernd         offline      │ 00:01  Parrot  Hello, I am Parrot. Say
                                    │                anything, and I say it back.
                                    │ 00:06  you     what is the weather like in the
                                    │                mountains today
                                    │ 00:09  Parrot  What is the weather like? I only
                                    │                re▌
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗┏━ Incoming call, silent ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:24 ━┓▄
       ↗┃ ◉ Bernd  audio · exchange · BotServer                                    ┃▁
       ✗┃ a accept   d decline   D with reason                                     ┃
       ✗┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
      ──────────────────────────────┴─────────────────────────────────────────────────
       a accept   d decline   D with reason   : all actions   ? help
      """#),
    Shot(
      "bad", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ── 1 Contacts ────────────────┬─ 2 Call ────────────────────────────────────────
       ● Echo          repeats you  │ ● Parrot             active   00:41   listening
       ● Parrot        voice bot    │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you    │
       # Lobby         room 2       │ 00:01  Parrot  Hello, I am Parrot. Say
       ◐ Amina Okafor  away         │                anything, and I say it back.
       ○ Bernd         offline      │ 00:06  you     what is the weather like in the
                                    │                mountains today
                                    │ 00:09  Parrot  What is the weather like? I only
                                    │                re▌
                                    │
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┾━ 4 Statistics ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   3.2         ▇▇▇▅▅
       ✗ Amina Oka…  12:02   missed │ loss       7.0 %   ▁▆▆  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter      40 ms  ▂▆▆  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      17 Nov no reply │ ✗ Choppy: 7 % is lost on the way. Use a cable,
       ✗ Bernd      Sep 25     busy │ not WLAN; or x and call again.
      ──────────────────────────────┴─────────────────────────────────────────────────
       m mute   h hold   x hang up   r record   v devices   : all actions   ? help
      """#),
    Shot(
      "help", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                              1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo      ╭─ Keys valid now ───────────────────────────────────╮
       ● Parrot    │  Contacts                                          │
       ● Operator  │  Enter           Call the selected contact         │ anybody by
       # Lobby     │  /               Filter this list                  │
       ◐ Amina Okaf│  y               Copy the address                  │
       ○ Bernd     │                                                    │
                   │  Everywhere                                        │
                   │  m               Mute or unmute the microphone     │
                   │  v               Choose microphone and speaker     │
                   │  t               Transcript over the whole screen  │
                   │  s               Statistics over the whole screen  │
                   │  + =             Louder                            │
                   │  -               Softer                            │
      ── 3 History │  : Ctrl-P        All actions, and anybody to call  │─────────────
       ↙ Operator  │  ? F1            The keys valid now                │a call
       ✗ Amina Oka…│  Tab             Next pane                         │
       ↗ Echo      │  Shift-Tab       Previous pane                     │
       ↗ Parrot    │  1               Go to contacts                    │
       ✗ Bernd     │  2               Go to the call                    │
       ✗ Bernd     ╰──────────────────────────────────────── ↓ 17 more ─╯
      ──────────────────────────────┴─────────────────────────────────────────────────
       Esc close   ↓ down   PgDn page
      """#),
    Shot(
      "palette", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● E╭──────────────────────────────────────────────────────────────────────╮ing
       ● P│ : ho                                                                 │
       ● O├──────────────────────────────────────────────────────────────────────┤
       # L│▸Hold or resume the call                                            h │
       ◐ A│ Call Echo                                                repeats you │
       ○ B│ Go to the history                                                  3 │he
          │ Call “ho”                                                            │
          ╰──────────────────────────────────────────────────────────────────────╯nly
                                    │                re▌
                                    │
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter take   Esc close   ↓ down   F1 help
      """#),
    Shot(
      "quit", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ ● Parrot             active   00:41   listening
       ● Parrot        voice bot    │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you    │
       # Lobby         room 2       │ 00:01  Parrot  Hello, I am Parrot. Say
       ◐ Amina Okafor╭───────────────────────────────────────────────╮ay it back.
       ○ Bernd       │                                               │er like in the
                     │  A call with Parrot is up. Hang up and quit?  │
                     │                                               │er like? I only
                     │  y hang up and quit   Esc stay                │
                     ╰───────────────────────────────────────────────╯
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       y hang up and quit   Esc stay
      """#),
    Shot(
      "devices", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ ● Parrot             active   00:41   listening
       ● Parrot        voice bot    │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you    │
       # Lobby         room 2       │ 00:01  Parrot  Hello, I am Parrot. Say
       ◐╭─ Sound devices ──────────────────────────────────────────────────────────╮
       ○│  Microphone                ▇▇▅▄▂▅▇▄   Speaker                   ▆▅▄▂▁▄▅▂ │
        │ ▸● default                            ● default                          │
        │    pulse                                pulse                            │y
        │    hw:CARD=USB,DEV=0                    hdmi:CARD=NVidia,DEV=0           │
        │    silence                              null                             │
        ╰──────────────────────────────────────────────────────────────────────────╯
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter take   Tab mic, speaker, ringer   Esc close   ? help
      """#),
    Shot(
      "note", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ ● Parrot             active   00:41   listening
       ● Parrot        voice bot    │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Operator      calls you    │
       # Lobby         room 2       │ 00:01  Parrot  Hello, I am Parrot. Say
       ◐ Amina Okafor  away         │                anything, and I say it back.
       ○ B╭─ Note on the call with Parrot ───────────────────────────────────────╮he
          │ calls back on Monday                                                 │
          ╰──────────────────────────────────────────────────────────────────────╯nly
                                    │                re▌
                                    │
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter keep the note   Esc leave it   F1 help
      """#),
    Shot(
      "history", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                              1 missed   12:41
      ── 1 Contacts ────────────────┬─ 2 Call ────────────────────────────────────────
       ● Echo          repeats you  │ No call.
       ● Parrot        voice bot    │
       ● Operator      calls you    │ Enter calls the selected contact, : anybody by
       # Lobby         room 2       │ name, address or number.
       ◐ Amina Okafor  away         │
       ○ Bernd         offline      │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
      ━━ 3 History · 1 missed ━━━━━━┽─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ Delay, loss, jitter and quality of a call
      ▸✗ Amina Oka…  12:02   missed │ appear here.
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter call back   / filter   n note   Del delete   : all actions   ? help
      """#),
    Shot(
      "message", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                              1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ No call.
       ● Parrot        voice bot    │
       ● Operator      calls you    │ Enter calls the selected contact, : anybody by
       # Lobby         room 2       │ name, address or number.
       ◐ Amina Okafor  away         │
       ○ Bernd         offline      │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ Delay, loss, jitter and quality of a call
       ✗ Amina Oka…  12:02   missed │ appear here.
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ── No call is up. ────────────┴─────────────────────────────────────────────────
       Enter call   / filter   Tab next pane   q quit   : all actions   ? help
      """#),
    Shot(
      "hostile", Size(rows: 24, columns: 80),
      #"""
       tipring  ● y ou · exchange online                             1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● W [HW [HW [H…  repeats you │ ◉ ]0;owned [2Jevil  exchange      rings   00:05
       ● parrot         voice bot   │
       ● Ope┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:05 ━┓
       # Lob┃                                                                  ┃
       ◐ Ami┃  ◉ ]0;owned [2Jevil                                              ┃
       ○ Ber┃    á [31má [31má [31má [31má [31má [31má [31má [31má [31má [31m… ┃
            ┃    audio · exchange · BotServer                                  ┃
            ┃                                                                  ┃
            ┃  line one line two                                               ┃
            ┃  2Jxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  ┃
            ┃  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  ┃
            ┃                                                                  ┃
            ┃  a accept   d decline   D with reason   i silence                ┃
      ── 3 H┃                                                                  ┃──────
       ↙ c t┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
       ✗ Amina Oka…  12:02   missed │ appear here.
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ──────────────────────────────┴─────────────────────────────────────────────────
       a accept   d decline   D with reason   i silence   : all actions   ? help
      """#),
    Shot(
      "wide", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▁▁▁▁▁   ear ▁▁▁▁▁   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● 鈴木 一郎 (…   repeats you │ ● 鈴木 一郎 📞       active   00:19   listening
       ● José é🇩🇪       voice bot   │ mic ▁▁▁▁▁▁▁▁▁▁▁   ear ▁▁▁▁▁▁▁▁▁▁▁
       ● 한국어 이름    calls you   │
       # Lobby          room 2      │ 00:01  鈴木  こんにちは、聞こえますか。今日はと
       ◐ Amina Okafor   away        │              ても良い天気ですね。
       ○ Bernd          offline     │ 00:04  you   👩 はい 👍 🇯🇵
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ 鈴木 一郎…  12:38     0:21 │ Measuring begins with the first sound.
       ✗ Amina Oka…  12:02   missed │
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter call   m mute   h hold   x hang up   r record   : all actions   ? help
      """#),
    Shot(
      "ascii", Size(rows: 24, columns: 80),
      #"""
       tipring  * you - exchange online      1 missed   mic -.=*-   ear ._-=.   12:41
      == 1 Contacts ================+- 2 Call ----------------------------------------
      >* Zoe Lacka     repeats you  | * Parrot             active   00:41   listening
       * Parrot        voice bot    | mic :-+**=-.=*-   ear .:=+=-._-=.
       * Operator      calls you    |
       # Lobby         room 2       | 00:01  Parrot  Hello, I am Parrot. Say
       ~ Amina Okafor  away         |                anything, and I say it back.
       o Bernd         offline      | 00:06  you     what is the weather like in the
                                    |                mountains today
                                    | 00:09  Parrot  What is the weather like? I only
                                    |                re_
                                    |
                                    |
                                    |
                                    |      answered after 0.74 s - sound after 0.91 s
      -- 3 History - 1 missed ------+- 4 Statistics ----------------------------------
       < Operator    12:38     0:21 | delay       38 ms  ...  MOS   4.4         *****
       x Amina Oka.  12:02   missed | loss       0.0 %   ___  down   33 kbit/s  =====
       > Echo        11:58     1:02 | jitter       2 ms  ...  up     31 kbit/s  -----
       > Parrot     19 Nov  1:02:05 | concealed  0.0 %   ___  RTT    12 ms      _____
       x Bernd      17 Nov no reply | host = host - Opus 48 kHz - AES-128-GCM
       x Bernd      Sep 25     busy | v Sounds good.
      ------------------------------+-------------------------------------------------
       Enter call   m mute   h hold   x hang up   r record   : all actions   ? help
      """#),
    Shot(
      "firstRun", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                                         12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ No call.
       ● Parrot        voice bot    │
       ● Operator      calls you    │ Enter calls Echo: it repeats you. ? lists the
       # Lobby         room 2       │ keys.
       ◐ Amina Okafor  away         │
       ○ Bernd         offline      │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
      ── 3 History ─────────────────┼─ 4 Statistics ──────────────────────────────────
       Calls you make and get       │ Delay, loss, jitter and quality of a call
       appear here.                 │ appear here.
                                    │
                                    │
                                    │
                                    │
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter call   / filter   Tab next pane   q quit   : all actions   ? help
      """#),
    Shot(
      "signingIn", Size(rows: 24, columns: 80),
      #"""
       tipring  ◌ you · exchange signing in                                     12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
       Signing in to exchange…      │ No call.
                                    │
                                    │ : calls anybody by name, address or number.
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
      ── 3 History ─────────────────┼─ 4 Statistics ──────────────────────────────────
       Calls you make and get       │ Delay, loss, jitter and quality of a call
       appear here.                 │ appear here.
                                    │
                                    │
                                    │
                                    │
      ──────────────────────────────┴─────────────────────────────────────────────────
       Tab next pane   q quit   : all actions   ? help
      """#),
    Shot(
      "trouble", Size(rows: 24, columns: 80),
      #"""
       ◌ exchange reconnecting 8 s  ✗ zulip refused      INSECURE    1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ No call.
       ● Parrot        voice bot    │
       ● Operator      calls you    │ Enter calls the selected contact, : anybody by
       # Lobby         room 2       │ name, address or number.
       ◐ Amina Okafor  away · exch… │
       ○ Bernd         offline      │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ Delay, loss, jitter and quality of a call
       ✗ Amina Oka…  12:02   missed │ appear here.
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ── ✗ zulip does not let you in: the password is wrong; see password-command ────
       Enter call   / filter   Tab next pane   q quit   : all actions   ? help
      """#),
    Shot(
      "recording", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ── Contacts ──────────────────┮━ Call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Tab panes ━
       ● Echo          repeats you  │ ● Operator  exchange   active   00:41   MOS 4.4
       ● Parrot        voice bot    │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂   ● REC
       ● Operator      calls you    │
       # Lobby         room 2       │ note     asked for a callback
       ◐ Amina Okafor  away         │
       ○ Bernd         offline      │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │ recording to …gs/2026-11-20-124110-operator.wav
      ── History · 1 missed ────────┼─ Statistics ────────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       m mute   h hold   x hang up   0-9 tones   r stop   : all actions   ? help
      """#),
    Shot(
      "ended", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online                              1 missed   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ ■ Bernd  exchange                      declined
       ● Parrot        voice bot    │
       ● Operator      calls you    │ declined: in a meeting until three
       # Lobby         room 2       │
       ◐ Amina Okafor  away         │
       ○ Bernd         offline      │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ Delay, loss, jitter and quality of a call
       ✗ Amina Oka…  12:02   missed │ appear here.
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter call   / filter   Tab next pane   q quit   : all actions   ? help
      """#),
    Shot(
      "outgoing", Size(rows: 24, columns: 80),
      #"""
       tipring  ● you · exchange online      1 missed   mic ▁▁▁▁▁   ear ▁▁▁▁▁   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo          repeats you  │ ◌ Bernd  exchange         ringing there   00:20
       ● Parrot        voice bot    │ mic ▁▁▁▁▁▁▁▁▁▁▁   ear ▁▁▁▁▁▁▁▁▁▁▁
       ● Operator      calls you    │
       # Lobby         room 2       │
       ◐ Amina Okafor  away         │
       ○ Bernd         offline      │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │
                                    │                               rang after 0.12 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ Measuring begins with the first sound.
       ✗ Amina Oka…  12:02   missed │
       ↗ Echo        11:58     1:02 │
       ↗ Parrot     19 Nov  1:02:05 │
       ✗ Bernd      17 Nov no reply │
       ✗ Bernd      Sep 25     busy │
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter call   m mute   x hang up   v devices   n note   : all actions   ? help
      """#),
    Shot(
      "conference", Size(rows: 24, columns: 80),
      #"""
       ● exchange  ● chat  ● nx  ● bots      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo        repeats you    │ ● Standup  chat        active   00:41   MOS 4.4
       # Lobby       room 2 · exch… │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Ann Larsen  online · chat  │ 4 people  ○ you  ● Ann Larsen
       # Standup     room 3 · chat  │  ○ Ben Okri (muted)  ○ Chidi Anagonye
       ● Ben Okri    online · nx    │
       ● Sales       bot · bots     │ 00:03  Ann Larsen   Shall we begin?
                                    │ 00:09  Chidi Anag…  writes: the notes are at
                                    │                     example.org/notes
                                    │ 00:12  Ann Larsen has let Ben Okri in.
                                    │
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       Enter call   m mute   h hold   x hang up   r record   : all actions   ? help
      """#),
    Shot(
      "fourSystems", Size(rows: 24, columns: 80),
      #"""
       ● exchange  ● chat  ● nx  ● bots      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:41
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call · 2 calls ──────────────────────────────
      ▸● Echo        repeats you    │ ● Standup  chat        active   00:43   MOS 4.4
       # Lobby       room 2 · exch… │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Ann Larsen  online · chat  │ 4 people  ○ you  ● Ann Larsen
       # Sta┏━ Incoming call ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ rings 0:14 ━┓
       ● Ben┃                                                                  ┃00:14
       ● Sal┃  ◉ Ben Okri                                                      ┃
            ┃    +4930654321                                                   ┃
            ┃    audio · nx · Nexacon                                          ┃at
            ┃                                                                  ┃
            ┃  a accept   d decline   D with reason   i silence                ┃
            ┃                                                                  ┃
            ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       a accept   d decline   D with reason   i silence   : all actions   ? help
      """#),
    Shot(
      "answer", Size(rows: 24, columns: 80),
      #"""
       ● exchange  ● chat  ● nx  ● bots      1 missed   mic ▄▂▅▇▄   ear ▂▁▄▅▂   12:42
      ━━ 1 Contacts ━━━━━━━━━━━━━━━━┭─ 2 Call ────────────────────────────────────────
      ▸● Echo        repeats you    │ ● Standup  chat        active   01:01   MOS 4.4
       # Lobby       room 2 · exch… │ mic ▃▄▆▇▇▅▄▂▅▇▄   ear ▂▃▅▆▅▄▂▁▄▅▂
       ● Ann Larsen  online · chat  │ 4 people  ○ you  ● Ann Larsen
       # Standup     room 3 · chat  │  ○ Ben Okri (muted)  ○ Chidi Anagonye
       ● Ben Okri    online · nx    │
       ● Sales       bot · b╭─ Rooms ─────────────────────────╮ we begin?
                            │  room     people  waiting room  │s: the notes are at
                            │  Standup  3       no            │le.org/notes
                            │  Lobby    0       yes           │ Ben Okri in.
                            ╰─────────────────────────────────╯
                                    │
                                    │
                                    │      answered after 0.74 s · sound after 0.91 s
      ── 3 History · 1 missed ──────┼─ 4 Statistics ──────────────────────────────────
       ↙ Operator    12:38     0:21 │ delay       38 ms  ▂▂▂  MOS   4.4         ▇▇▇▇▇
       ✗ Amina Oka…  12:02   missed │ loss       0.0 %   ▁▁▁  down   33 kbit/s  ▅▅▅▅▅
       ↗ Echo        11:58     1:02 │ jitter       2 ms  ▂▂▂  up     31 kbit/s  ▄▄▄▄▄
       ↗ Parrot     19 Nov  1:02:05 │ concealed  0.0 %   ▁▁▁  RTT    12 ms      ▁▁▁▁▁
       ✗ Bernd      17 Nov no reply │ host ↔ host · Opus 48 kHz · AES-128-GCM
       ✗ Bernd      Sep 25     busy │ ✓ Sounds good.
      ──────────────────────────────┴─────────────────────────────────────────────────
       Esc close   ↓ down   PgDn page
      """#),
  ]
}
